// The library of processes: only its style sheet; what moves is common to every page.
import './definitions.css';
