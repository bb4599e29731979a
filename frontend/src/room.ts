import "./main";
import "../styles/kinds/room.css";
import "./elements/ms-pin";
import "./elements/ms-player";
import "./elements/ms-room";
import "./elements/ms-sheet";
