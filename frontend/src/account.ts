/** Sign-in, password, second factor: allauth's forms in our clothes. */
import "./base";
import "../styles/public.css";
import "../styles/account.css";
