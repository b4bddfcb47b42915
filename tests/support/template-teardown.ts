/** `globalTeardown` of the project `template`. */
export { removeTemplate as default } from './template-setup.ts';
