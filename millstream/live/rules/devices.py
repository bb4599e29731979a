"""What sort of device a browser runs on."""

from millstream.live.types.studio import DeviceKind


def device_kind(agent: str) -> DeviceKind:
    """What a browser says it runs on; a computer when it does not say."""
    if "iPhone" in agent:
        return DeviceKind.IPHONE
    if "iPad" in agent or ("Android" in agent and "Mobile" not in agent):
        return DeviceKind.TABLET
    return DeviceKind.ANDROID if "Android" in agent else DeviceKind.COMPUTER
