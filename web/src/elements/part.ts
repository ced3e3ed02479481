/** Returns the part of a server-drawn element that a script fills in; a missing one is a fault of the template. */
export function part<T extends HTMLElement = HTMLElement>(of: ParentNode, name: string): T {
  const found = of.querySelector<T>(`[data-part="${name}"]`);
  if (found === null) throw new Error(`The page lacks the part "${name}"`);
  return found;
}

/** Returns a fresh copy of what the server drew into `<template id>`; markup is written once, in Java. */
export function stamp<T extends HTMLElement>(id: string): T {
  const template = document.getElementById(id);
  if (!(template instanceof HTMLTemplateElement)) throw new Error(`The page lacks <template id="${id}">`);
  const first = document.importNode(template.content, true).firstElementChild;
  if (first === null) throw new Error(`<template id="${id}"> is empty`);
  return first as T;
}
