import { render } from 'preact';
import { prefetch } from './api/prefetch.ts';
import { App } from './app.tsx';
import { openLink } from './session/session.ts';
import { applyTheme } from './settings/theme.ts';
import './style/index.css';

const place = document.getElementById('console');
if (place === null) throw new Error('The page has no place for the console.');
applyTheme();
openLink();
prefetch();
addEventListener('hashchange', openLink);
place.replaceChildren();
render(<App />, place);
