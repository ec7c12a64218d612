//! Several sessions that go on at once, such as forks of one. The backend reads a token of each in one pass over its
//! weights, if it can.

use web_time::Instant;

use super::run::{Half, Run};
use super::{LoadedModel, Session, Step};
use crate::error::Result;
use crate::sequence::{Sequence, gather, read_together};

/// Does the next piece of work of each session, as [`Session::step`] does; returns what each gives. A session that reads
/// its prompt still does so by itself. A backend that works elsewhere, as the GPU does, is told who is about to choose a
/// token ([`gather`]), and then gets one session after the other: what it does for all of them is done by then.
///
/// On other backends the time of a step is that of all of them, because each waits for all.
pub fn step_together(sessions: &mut [&mut Session], model: &mut dyn LoadedModel) -> Vec<Result<Step>> {
    if model.backend().remote().is_some() {
        return step_elsewhere(sessions, model);
    }
    let start = Instant::now();
    let halves: Vec<Result<Begun>> = sessions.iter_mut().map(|session| begin(session, model)).collect();
    let token = |half: &Result<Begun>| match half {
        Ok((_, Ok(Half::Read(id)))) => Some(*id),
        _ => None,
    };
    let reads =
        sessions.iter_mut().zip(&halves).filter_map(|(session, half)| Some((&mut session.sequence, token(half)?)));
    let mut reads: Vec<(&mut Sequence, u32)> = reads.collect();
    let read = if reads.is_empty() { Ok(()) } else { read_together(model.backend(), &mut reads) };
    let end = |(session, half): (&mut &mut Session, Result<Begun>)| {
        let (mut run, half) = half?;
        let step = match half {
            Ok(Half::Done(step)) => Ok(step),
            Ok(Half::Read(id)) => read.clone().map(|()| run.take(id, &mut session.stats, model)),
            Err(error) => Err(error),
        };
        let step = run.note(start, &session.sequence, &mut session.stats, step);
        session.keep_run(run, step)
    };
    sessions.iter_mut().zip(halves).map(end).collect()
}

/// Those that were not gathered take turns: none begins while another one waits, or it would discard what that one waits
/// for. Whoever waits comes first.
fn step_elsewhere(sessions: &mut [&mut Session], model: &mut dyn LoadedModel) -> Vec<Result<Step>> {
    gather(model.backend(), sessions.iter_mut().filter_map(|session| session.choosing()));
    let mut steps: Vec<Result<Step>> = sessions.iter().map(|_| Ok(Step::Waiting)).collect();
    let mut order: Vec<usize> = (0..sessions.len()).collect();
    order.sort_by_key(|&place| !sessions[place].is_waiting());
    let mut one_waits = false;
    for place in order {
        let session = &mut *sessions[place];
        let takes_turns = session.is_running() && !session.sequence.is_gathered(model.backend());
        if takes_turns && one_waits {
            continue;
        }
        steps[place] = session.step(model);
        one_waits |= takes_turns && matches!(steps[place], Ok(Step::Waiting));
    }
    steps
}

/// A run that was taken out of its session for a step, and how far the step came.
type Begun = (Run, Result<Half>);

fn begin(session: &mut Session, model: &mut dyn LoadedModel) -> Result<Begun> {
    let mut run = session.take_run()?;
    let Session { sequence, stats, .. } = session;
    let half = match sequence.behind() {
        0 => run.first_half(sequence, stats, model),
        // Another backend was lost, perhaps in the middle of a step. What it had read comes first, for each by itself.
        _ => run.work(sequence, stats, model).map(Half::Done),
    };
    Ok((run, half))
}
