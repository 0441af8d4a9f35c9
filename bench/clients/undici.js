import { WebSocket } from 'undici';
import { drive } from './drive.js';
import { openStandard } from './standard.js';
drive(openStandard(WebSocket));
