import "./main";
import "../styles/kinds/room.css";
import "../styles/kinds/sheet.css";
import "../styles/kinds/plan.css";
import "./elements/ms-remind";
import "./elements/ms-room";
import "./elements/ms-sheet";
import "./elements/ms-when";
