/** `globalTeardown` of the project `emulators`. */
export { undo as default } from './emulators-setup.ts';
