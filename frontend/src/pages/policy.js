// The editor of an escalation policy. Its buttons are the server's; see `tocsin.web.policies.edit`.
//
// Steps of the policy are dragged by their handles, with a mouse or a finger. The order of the fields is the order of the
// steps, so moving the element is all there is to do; buttons do the same without a pointer.

import "./policy.css";

const edge = (step) => {
  const box = step.getBoundingClientRect();
  return box.top + Math.min(box.height / 2, 60);
};

document.addEventListener("pointerdown", (down) => {
  const handle = down.target.closest(".drag-handle");
  if (!handle || down.button !== 0) return;
  down.preventDefault();
  const step = handle.closest(".step");
  const list = step.parentElement;
  const before = [...list.children];
  step.classList.add("is-dragged");
  handle.setPointerCapture(down.pointerId);

  // The others move around the dragged one: an element that is moved itself loses the pointer.
  const move = ({ clientY }) => {
    const { previousElementSibling: above, nextElementSibling: below } = step;
    if (above && clientY < edge(above)) step.after(above);
    else if (below && clientY > edge(below)) step.before(below);
  };
  const end = () => {
    handle.removeEventListener("pointermove", move);
    step.classList.remove("is-dragged");
    if (before.some((each, place) => each !== list.children[place])) step.dispatchEvent(new Event("reordered", { bubbles: true }));
  };
  handle.addEventListener("pointermove", move);
  handle.addEventListener("lostpointercapture", end, { once: true });
});

// A button that is gone after its press must not take the focus along: it goes on from the same step.
let pressed = null;

document.addEventListener("click", (event) => {
  pressed = event.target.closest("#steps button") && (event.target.closest(".step")?.id ?? "");
});

document.addEventListener("htmx:afterSettle", () => {
  if (pressed === null || document.activeElement !== document.body) return;
  const next = document.querySelector(`#${pressed || "none"} summary`) ?? document.querySelector(".add-step button");
  next?.focus({ preventScroll: true });
  pressed = null;
});
