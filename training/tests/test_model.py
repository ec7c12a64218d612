"""The model: parallel and recurrent forms agree, training lowers the loss, a run can be resumed."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.distributed as dist

from training.export import BOT, END, PAD, USER
from training.generate import complete
from training.model import Config, Mamba
from training.train import USER_WEIGHT, Cards, Rows, Schedule, Trainer, loss_weights

TOY = Config(V=32, D=32, L=2)
ALONE = Cards(0, 1, "cpu")


def test_step_by_step_equals_the_whole_sequence():
    model, tokens = Mamba(TOY), torch.randint(0, TOY.V, (3, 21))
    state = model.new_state(3)
    steps = torch.stack([model.step(tokens[:, t], state) for t in range(21)], 1)
    torch.testing.assert_close(steps, model(tokens), rtol=1e-4, atol=1e-5)


def toy_trainer(folder: Path, seed: int = 0) -> Trainer:
    torch.manual_seed(seed)
    rows = Rows(folder, "own-*.npy", ALONE, seed)
    return Trainer(Mamba(TOY), Schedule(5e-3, warmup_steps=1, natural_share=0), rows, Rows(folder, "none-*.npy", ALONE, seed), 8, ALONE)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """Rows that count upwards from a random token: learnt in a few steps."""
    starts = np.random.default_rng(0).integers(5, 20, (64, 1))
    np.save(tmp_path / "own-0.npy", ((starts + np.arange(17)) % 27 + 5).astype(np.uint16))
    return tmp_path


def test_a_few_steps_lower_the_loss(text: Path):
    trainer = toy_trainer(text)
    losses = [trainer.step(0.0)[0].item() for _ in range(40)]
    assert losses[-1] < 0.5 * losses[0]


def test_a_resumed_run_goes_on_where_it_stopped(text: Path, tmp_path: Path):
    first = toy_trainer(text)
    for _ in range(3):
        first.step(0.0)
    first.save(tmp_path / "checkpoint.pt")
    second = toy_trainer(text, seed=1)
    second.resume(tmp_path / "checkpoint.pt")
    assert second.step_count == 3
    second.own, second.random = first.own, first.random
    batch = first.own.take(8)
    first.own.take = second.own.take = lambda count: batch
    torch.testing.assert_close(first.step(0.0)[0], second.step(0.0)[0])
    for ours, theirs in zip(first.model.parameters(), second.model.parameters()):
        torch.testing.assert_close(ours, theirs)


def test_each_row_is_used_once_before_any_twice(text: Path):
    rows = Rows(text, "own-*.npy", ALONE, 0)
    rows.data[0][:, 0] = torch.arange(64)
    assert sorted(torch.cat([rows.take(16)[:, 0] for _ in range(4)]).tolist()) == list(range(64))
    assert rows.epoch == 0 and len(rows.take(1)) == 1 and rows.epoch == 1


def test_a_poll_shuffles_once_however_many_files_it_finds(tmp_path: Path):
    """Once a file, and 2,000 files with half a million rows stop the training for a minute at a time."""
    for i in range(30):
        np.save(tmp_path / f"own-{i}.npy", np.full((3, 9), i, np.uint16))
    rows = Rows(tmp_path, "own-*.npy", ALONE, 0)
    shuffles = []
    rows.random = type("Counting", (), {"shuffle": lambda self, array: shuffles.append(len(array))})()
    for i in range(30, 50):
        np.save(tmp_path / f"own-{i}.npy", np.full((3, 9), i, np.uint16))
    rows.poll()
    assert shuffles == [150] and len(rows) == 150


def test_user_text_counts_less_and_padding_not_at_all():
    rows = torch.tensor([[USER, 9, BOT, 9, END, PAD, PAD]])
    assert loss_weights(rows).tolist() == [[1, USER_WEIGHT, 1, 1, 1, 0, 0]]


def test_the_rate_rises_stays_and_falls_to_zero():
    schedule = Schedule(1.0, warmup_steps=10, decay_from=0.5)
    assert schedule.rate(0.0, 0) == pytest.approx(0.1)
    assert schedule.rate(0.4, 100) == 1.0
    assert schedule.rate(0.75, 100) == pytest.approx(0.5)
    assert schedule.rate(1.0, 100) == 0.0
    assert schedule.natural(0.8) > 0 == schedule.natural(0.9)


def test_completions_do_not_depend_on_their_neighbours():
    model = Mamba(TOY)
    prompts = [[2, 7, 8, 3], [2, 9, 3], [2, 7, 8, 9, 10, 11, 3]]
    together = complete(model, prompts, new=6)
    assert together == [complete(model, [prompt], new=6)[0] for prompt in prompts]
    assert all(len(row) <= 6 for row in together)


def test_files_are_dealt_out_to_the_cards(text: Path):
    np.save(text / "own-1.npy", np.zeros((5, 17), np.uint16))
    counts = [len(Rows(text, "own-*.npy", Cards(rank, 2, "cpu"), 0)) for rank in (0, 1)]
    assert counts == [64, 5]


def _average(rank: int, folder: str) -> None:
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)
    cards, grown = Cards(rank, 2, "cpu"), [torch.full((2, 3), float(rank)), torch.full((4,), 10.0 * rank)]
    cards.average(grown)
    assert cards.agreed(5.0 + rank) == 5.0
    torch.save(grown, f"{folder}/average-{rank}.pt")
    dist.destroy_process_group()


def test_gradients_are_averaged(tmp_path: Path):
    torch.multiprocessing.spawn(_average, (str(tmp_path),), nprocs=2)
    for rank in (0, 1):
        one, other = torch.load(tmp_path / f"average-{rank}.pt")
        assert torch.equal(one, torch.full((2, 3), 0.5)) and torch.equal(other, torch.full((4,), 5.0))
