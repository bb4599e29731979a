import "./main";
import "../styles/kinds/styleguide.css";
