import "../styles/main.css";
import "./live_parts";
import "./elements/ms-clock";
import "./elements/ms-copy";
import "./elements/ms-print";
import "./elements/ms-return";
import "./elements/ms-theme";
