"""The icon set: drawn for Millstream on a 24 by 24 grid, strokes of 1.75, round ends."""

# Each value is the inside of an <svg viewBox="0 0 24 24" fill="none" stroke="currentColor">.
ICONS: dict[str, str] = {
    "play": '<path d="M8 5.2v13.6L19 12z" fill="currentColor"/>',
    "pause": '<path d="M8 5v14M16 5v14"/>',
    "live": (
        '<circle cx="12" cy="12" r="2.6" fill="currentColor"/>'
        '<path d="M7 17a7 7 0 0 1 0-10M17 7a7 7 0 0 1 0 10"/>'
        '<path d="M4.2 19.8a11 11 0 0 1 0-15.6M19.8 4.2a11 11 0 0 1 0 15.6"/>'
    ),
    "cart": (
        '<path d="M3 9h18l-2 10.2a1 1 0 0 1-1 .8H6a1 1 0 0 1-1-.8z"/>'
        '<path d="M8 9l3-5.5M16 9l-3-5.5M9.5 13v3.5M14.5 13v3.5"/>'
    ),
    "box": '<path d="M4 8l8-4 8 4v8.5L12 20.5l-8-4z"/><path d="M4 8l8 4 8-4M12 12v8.5M8 6l8 4"/>',
    "bag": (
        '<path d="M6 8h12l1.4 10.6a2 2 0 0 1-2 2.4H6.6a2 2 0 0 1-2-2.4z"/>'
        '<path d="M8 8c-.6-2.4-2-3-2-5M16 8c.6-2.4 2-3 2-5M9 12h6"/>'
    ),
    "van": (
        '<path d="M2.5 6.5h11V17h-11zM13.5 10h4l4 3.5V17h-8z"/><circle cx="7" cy="17.5" r="2"/>'
        '<circle cx="17" cy="17.5" r="2"/>'
    ),
    "station": (
        '<path d="M3.5 10L5 4.5h14L20.5 10"/>'
        '<path d="M3.5 10a2.8 2.8 0 0 0 5.6 0 2.9 2.9 0 0 0 5.8 0 2.8 2.8 0 0 0 5.6 0"/>'
        '<path d="M5 13v7h14v-7M10 20v-4.5h4V20"/>'
    ),
    "centre": '<path d="M3 20V9.5L12 4l9 5.5V20"/><path d="M7 20v-8h10v8M7 15h10M7 17.5h10"/>',
    "scan": (
        '<path d="M4 8V4.5h3.5M16.5 4.5H20V8M20 16v3.5h-3.5M7.5 19.5H4V16"/>'
        '<path d="M7.5 8.5v7M10.5 8.5v7M13.5 8.5v7M16.5 8.5v7"/>'
    ),
    "print": '<path d="M7 8.5V3.5h10v5M7 17H4V8.5h16V17h-3"/><path d="M7 14h10v6.5H7zM16.5 11.3h.01"/>',
    "money": '<circle cx="12" cy="12" r="8.5"/><path d="M9.5 9.5h5v5h-5z"/>',
    "user": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.8-4.2 3.7-6 7.5-6s6.7 1.8 7.5 6"/>',
    "people": (
        '<circle cx="9" cy="8.5" r="3.5"/>'
        '<path d="M2.5 20c.6-3.8 3-5.5 6.5-5.5s5.9 1.7 6.5 5.5M15.5 5.2a3.5 3.5 0 0 1 0 6.6'
        'M18 14.8c2 .7 3.2 2.4 3.5 5.2"/>'
    ),
    "language": (
        '<path d="M3.5 5.5h9M8 3.5v2M11 5.5c-.6 4-3 7-7 9M5.5 8.5c1.2 2.8 3.3 4.7 6 5.8"/>'
        '<path d="M12 20.5l4.3-10 4.3 10M13.4 17.3h5.8"/>'
    ),
    "moon": '<path d="M19.5 14.5A8.2 8.2 0 0 1 9.5 4.5a8.2 8.2 0 1 0 10 10z"/>',
    "sun": (
        '<circle cx="12" cy="12" r="4"/>'
        '<path d="M12 2.5v2.5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3L7 7M17 17l1.7 1.7M18.7 5.3L17 7'
        'M7 17l-1.7 1.7"/>'
    ),
    "chat": '<path d="M4 5h16v11.5h-8.5L7 20.5v-4H4z"/><path d="M8 9h8M8 12.5h5"/>',
    "heart": (
        '<path d="M12 20C6 15.8 3.5 12.5 3.5 9.2A4.5 4.5 0 0 1 12 7.3a4.5 4.5 0 0 1 8.5 1.9C20.5 12.5 18 15.8 12 20z"/>'
    ),
    "eye": (
        '<path d="M2.5 12C5 7.7 8.2 5.5 12 5.5s7 2.2 9.5 6.5c-2.5 4.3-5.7 6.5-9.5 6.5S5 16.3 2.5 12z"/>'
        '<circle cx="12" cy="12" r="3"/>'
    ),
    "pin": '<path d="M9 3.5h6l-.8 6.5 3.3 3.5h-11L9.8 10z"/><path d="M12 13.5v7"/>',
    "check": '<path d="M4.5 12.5l5 5 10-11"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "warning": '<path d="M12 4l9 16H3z"/><path d="M12 10v4.5M12 17.2v.1"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.6v.1"/>',
    "refused": '<circle cx="12" cy="12" r="8.5"/><path d="M6.2 6.2l11.6 11.6"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5l5 5"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.3l3.5 2.2"/>',
    "calendar": '<path d="M4 6h16v14H4zM4 10.5h16M8.5 3.5V8M15.5 3.5V8"/>',
    "map": ('<path d="M3.5 6.5l5.5-2.5 6 2.5 5.5-2.5v13.5L15 20l-6-2.5L3.5 20z"/><path d="M9 4v13.5M15 6.5V20"/>'),
    "place": (
        '<path d="M12 21c-4.7-5-7-8.6-7-11.5a7 7 0 0 1 14 0c0 2.9-2.3 6.5-7 11.5z"/><circle cx="12" cy="9.5" r="2.5"/>'
    ),
    "camera": '<path d="M3.5 7.5h4L9.5 5h5l2 2.5h4V19h-17z"/><circle cx="12" cy="13" r="3.7"/>',
    "camera_off": (
        '<path d="M3.5 7.5h4L9.5 5h5l2 2.5h4V19h-17z"/><circle cx="12" cy="13" r="3.7"/><path d="M3 3l18 18"/>'
    ),
    "mic": '<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3M8.5 21h7"/>',
    "mic_off": (
        '<rect x="9" y="3" width="6" height="11" rx="3"/>'
        '<path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3M8.5 21h7M3.5 3.5l17 17"/>'
    ),
    "sound": (
        '<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z"/><path d="M15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.7 7.7 0 0 1 0 11"/>'
    ),
    "muted": '<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z"/><path d="M16 9.5l5 5M21 9.5l-5 5"/>',
    "data": '<path d="M8 19.5v-14M4.5 9L8 5.5 11.5 9M16 4.5v14M12.5 15l3.5 3.5 3.5-3.5"/>',
    "send": '<path d="M3.5 11.5L20.5 4l-5 16.5-4-7z"/><path d="M11.5 13.5L20.5 4"/>',
    "back": '<path d="M14.5 5l-7 7 7 7"/>',
    "next": '<path d="M9.5 5l7 7-7 7"/>',
    "down": '<path d="M5 9.5l7 7 7-7"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "minus": '<path d="M5 12h14"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "more": '<path d="M5.5 12h.01M12 12h.01M18.5 12h.01"/>',
    "copy": '<path d="M9 9h11v11H9z"/><path d="M15 9V4H4v11h5"/>',
    "download": '<path d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4.5 19.5h15"/>',
    "upload": '<path d="M12 15.5V4.5M7.5 9L12 4.5 16.5 9M4.5 19.5h15"/>',
    "edit": '<path d="M4.5 19.5l1-4.5L16 4.5l3.5 3.5L9 18.5z"/><path d="M13.5 7l3.5 3.5"/>',
    "filter": '<path d="M4 6h16M7 12h10M10 18h4"/>',
    "home": '<path d="M4 11l8-7 8 7"/><path d="M6 9.5V20h12V9.5M10 20v-6h4v6"/>',
    "shop": '<path d="M5 9l1.5-5h11L19 9M5 9h14v11H5z"/><path d="M9 20v-6h6v6M9 9a3 3 0 0 0 6 0"/>',
    "list": '<path d="M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5h.01M4.5 12h.01M4.5 17.5h.01"/>',
    "chart": '<path d="M4 4v16h16"/><path d="M8 16v-4M12 16V8M16 16v-6"/>',
    "park": (
        '<path d="M3 20h18M5 20v-9l4.5-3v12M9.5 20V6L15 3v17M15 9.5l4 2.5v8"/>'
        '<path d="M12.2 9v.01M12.2 12.5v.01M12.2 16v.01"/>'
    ),
    "route": (
        '<circle cx="6" cy="18.5" r="2"/><circle cx="18" cy="5.5" r="2"/>'
        '<path d="M8 18.5h7.5a3.2 3.2 0 0 0 0-6.4h-7a3.2 3.2 0 0 1 0-6.6H16"/>'
    ),
    "handover": '<path d="M3 9.5h11M10.5 6L14 9.5 10.5 13M21 14.5H10M13.5 11L10 14.5l3.5 3.5"/>',
    "weigh": '<path d="M5 9h14l2 11H3zM12 9V6"/><circle cx="12" cy="4.5" r="1.5"/><path d="M12 17l2.5-3.5"/>',
    "key": '<circle cx="8" cy="15.5" r="4"/><path d="M11 12.5L19.5 4M16 7.5l2.8 2.8"/>',
    "gift": (
        '<path d="M4 9.5h16V13H4zM5.5 13v7h13v-7M12 9.5V20"/>'
        '<path d="M12 9.5C8 9.5 7 8 7.3 6.3 7.8 4 11 4 12 9.5z'
        'M12 9.5c4 0 5-1.5 4.7-3.2C16.2 4 13 4 12 9.5z"/>'
    ),
    "leaf": '<path d="M5 19c0-9 5-14 15-14 0 10-5 15-12.5 13"/><path d="M5 20c2-5 5-8 9-10"/>',
    "pot": (
        '<path d="M8.5 4h7M9.5 4c0 2.5-4.5 4-4.5 9 0 4 2.5 7 4 7h6c1.5 0 4-3 4-7 0-5-4.5-6.5-4.5-9"/>'
        '<path d="M5.4 11h13.2"/>'
    ),
    "wait": ('<path d="M7 3.5h10M7 20.5h10M8 3.5c0 5 8 5 8 8.5s-8 3.5-8 8.5M16 3.5c0 5-8 5-8 8.5s8 3.5 8 8.5"/>'),
    "sync": ('<path d="M19.5 9A8 8 0 0 0 5.3 7.5L4 9M4 4.5V9h4.5M4.5 15a8 8 0 0 0 14.2 1.5L20 15M20 19.5V15h-4.5"/>'),
    "out": '<path d="M10 4.5H4.5v15H10M14.5 8l4.5 4-4.5 4M9 12h10"/>',
    "settings": (
        '<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>'
    ),
    "smile": (
        '<circle cx="12" cy="12" r="8.5"/><path d="M8.2 14c1 1.7 2.2 2.5 3.8 2.5s2.8-.8 3.8-2.5M9 9.5v.1M15 9.5v.1"/>'
    ),
    "reply": '<path d="M9.5 6L4 11.5 9.5 17"/><path d="M4.5 11.5H14c3.6 0 5.8 2.3 6 6.5"/>',
    "flag": '<path d="M5.5 21V4"/><path d="M5.5 4.5h12l-2.6 4 2.6 4h-12"/>',
    "float": '<path d="M20.5 10V5h-17v14H10"/><path d="M12.5 12.5h8.5V19h-8.5z" fill="currentColor"/>',
    "captions": '<path d="M3.5 5.5h17v13h-17z"/><path d="M10.5 10.4a2 2 0 1 0 0 3.2M17 10.4a2 2 0 1 0 0 3.2"/>',
}
