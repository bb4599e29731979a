import "./main";
import "../styles/components/scan.css";
import "../styles/kinds/station.css";
import "./elements/ms-scan";
