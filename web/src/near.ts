const MARGIN = "300px";
const SOON = new Map<Element, () => void>();

/** Calls `then` once, when the element is about to be seen, or before the page is printed. */
export function whenNear(element: Element, then: () => void): void {
  SOON.set(element, then);
  observer.observe(element);
}

export function notAnyMore(element: Element): void {
  SOON.delete(element);
  observer.unobserve(element);
}

const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) arrive(target);
  },
  { rootMargin: MARGIN },
);

function arrive(element: Element): void {
  const then = SOON.get(element);
  notAnyMore(element);
  then?.();
}

addEventListener("beforeprint", () => {
  for (const element of [...SOON.keys()]) arrive(element);
});
