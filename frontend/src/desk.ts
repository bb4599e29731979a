import "./main";
import "../styles/components/scan.css";
import "../styles/kinds/desk.css";
import "../styles/kinds/plan.css";
import "./elements/ms-remind";
import "./elements/ms-rundown";
import "./elements/ms-scan";
import "./elements/ms-speak";
