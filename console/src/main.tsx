import { render } from 'preact';
import { App } from './app.js';
import { startPolling } from './polling.js';
import './style.css';

const root = document.getElementById('app')!;
root.replaceChildren();
render(<App />, root);
startPolling();
