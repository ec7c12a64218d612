// Chapter 7: experiments that no transformer offers.

import { pageModelOf } from "../page-model.js";
import { make } from "../view/dom.js";
import { openChats } from "./experiments-chats.js";
import { openFork } from "./experiments-fork.js";

/** @type {import("../chapter.js").Chapter} */
export const chapter = {
  id: "experiments",
  number: 7,
  title: "Experiments that no transformer offers",
  claim: "All that this model remembers is one small thing of fixed size, so you can copy it, cut it, swap it, mix it and put it into a file.",
  text: [
    "A transformer's memory is a list that grows with every token. You can copy such a list, but two lists of different lengths have no average. Here the whole memory of a chat is 1.09 MB of numbers, after one word or a million.",
    "These are real chats of the chat page's own model. Nothing is lost: each change can be undone.",
  ],
  notice: [
    "Fork: one changed word disturbs all 16 layers. In most of them the following words wash it out; a few stay apart, layer 7 above all. That is where the two futures differ.",
    "Zero layer 14, and the name is gone: the model says that you have not told it, and the bars guess. Zero any other layer, even layer 7, and it still knows. Different is not the same as needed.",
    "Keep only the slow memory: with half-lives of 64 tokens and more, a fourteenth of the states is left, and the model still answers well. From 128 tokens on, a twentieth is left, and it says that you never told it. Yet the bars still have Ada up to 256: the name is there, but no longer that you said it. At 512 only its first letters are left, and from 1,024 on it is gone.",
    "Swap the two chats, and each answers as the other. Mix them, and one name wins. In the middle, with 50 % of the other chat, the bars share themselves between both.",
    "Save a chat, open this page in a second tab, and open the file there: that tab knows the name, and has never read it.",
  ],
  source: [
    { text: "Gu & Dao 2023, Mamba, section 3.2: h[t], which is all that is kept of the past", href: "https://arxiv.org/abs/2312.00752" },
    { text: "Pióro et al. 2024, State Soup: states of Mamba that are stored and mixed: h = (1 - w) h[A] + w h[B]", href: "https://arxiv.org/abs/2406.08423" },
    { text: "Sharma, Atkinson & Bau 2024, Locating and Editing Factual Associations in Mamba: which layers a fact needs", href: "https://arxiv.org/abs/2404.03646" },
    { text: "How far two states are apart: the norm of their difference by the greater of their norms. docs/mstate.md describes the file." },
  ],
  open({ picture, controls, lab }) {
    const said = make("p", { className: "result", role: "status" }, "Examples from another machine. Press a button to compute them on yours.");
    const loaded = pageModelOf(lab, "experiments", (text) => (said.textContent = text));
    /** A job with the model, which the first one loads. @param {string} job @param {unknown} input */
    const run = async (job, input) => {
      await loaded();
      said.textContent = "Computed on your machine.";
      return lab.run(`experiments.${job}`, input);
    };
    picture.append(said);
    openFork({ picture, controls, run });
    openChats({ picture, run });
  },
};
