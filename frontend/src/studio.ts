import "./main";
import "../styles/kinds/room.css";
import "../styles/kinds/chat.css";
import "../styles/kinds/player.css";
import "../styles/kinds/sheet.css";
import "../styles/kinds/studio.css";
// Before the player: the studio keeps a copy of it as the server wrote it, to load viewers' picture only when looked at.
import "./studio/ms-studio";
import "./elements/ms-chat";
import "./elements/ms-player";
import "./elements/ms-room";
import "./elements/ms-sheet";
