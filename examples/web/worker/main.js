const answer = document.getElementById("answer");
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => (data.done ? (answer.title = data.done) : answer.append(data.text));
const model = new URL("./models/default/", document.baseURI).href;
worker.postMessage({ model, message: "How many legs does a spider have?" });
