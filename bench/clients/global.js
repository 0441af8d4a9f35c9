import { drive } from './drive.js';
import { openStandard } from './standard.js';
drive(openStandard(globalThis.WebSocket));
