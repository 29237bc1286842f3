export { type DashPage, servePage, type WebEvent, type WebPorts } from './server.ts';
