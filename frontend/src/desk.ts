import "./main";
import "../styles/components/scan.css";
import "../styles/kinds/desk.css";
import "./elements/ms-scan";
