import { ChatApp } from "./elements/chat-app.ts";
import { ChatComposer } from "./elements/chat-composer.ts";
import { ChatDeletion } from "./elements/chat-deletion.ts";
import { ChatList } from "./elements/chat-list.ts";
import { ChatMessage } from "./elements/chat-message.ts";
import { ChatScroller } from "./elements/chat-scroller.ts";
import { CodeBlock } from "./elements/code-block.ts";
import { ConnectionBanner } from "./elements/connection-banner.ts";
import { FootNote, FootRef } from "./elements/foot-note.ts";
import { LeftDraft } from "./elements/left-draft.ts";
import { PageAgain } from "./elements/page-again.ts";
import { MathFormula } from "./elements/math-formula.ts";

// Inner elements first: an outer one finds them ready.
customElements.define("code-block", CodeBlock);
customElements.define("math-formula", MathFormula);
customElements.define("foot-ref", FootRef);
customElements.define("foot-note", FootNote);
customElements.define("connection-banner", ConnectionBanner);
customElements.define("left-draft", LeftDraft);
customElements.define("page-again", PageAgain);
customElements.define("chat-deletion", ChatDeletion);
customElements.define("chat-list", ChatList);
customElements.define("chat-composer", ChatComposer);
customElements.define("chat-scroller", ChatScroller);
customElements.define("chat-message", ChatMessage);
customElements.define("chat-app", ChatApp);
