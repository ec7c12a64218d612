//! Filters of lists.

use minijinja::value::Value;
use minijinja::{Error, State};

use super::super::arguments::{Given, split};
use super::super::operators::{add, compare, hashable};
use super::super::text::str;
use super::super::value::{Group, Items, Type, charge, fail, items, list, pairs, tuple, type_name, type_of};
use super::{Filter, Key, position, sort};

pub(super) const FILTERS: [(&str, Filter); 20] = [
    ("batch", batch),
    ("dictsort", dictsort),
    ("first", |state, value, arguments| {
        let _ = Given::new(arguments, [], 0)?;
        Ok(items(state, value)?.into_iter().next().unwrap_or_default())
    }),
    ("groupby", groupby),
    ("items", |_, value, arguments| {
        let _ = Given::new(arguments, [], 0)?;
        match type_of(value) {
            Type::Undefined => Ok(Items::generator(Vec::new())),
            Type::Dict => {
                Ok(Items::generator(pairs(value).into_iter().map(|(key, value)| tuple(vec![key, value])).collect()))
            }
            _ => Err(fail(format!("items needs a dict, not {}", type_name(value)))),
        }
    }),
    ("join", join),
    ("last", |state, value, arguments| {
        let _ = Given::new(arguments, [], 0)?;
        if type_of(value) == Type::Iterator && value.len().is_some() && is_generator(value) {
            return Err(fail("last needs a list, not a generator"));
        }
        Ok(items(state, value)?.pop().unwrap_or_default())
    }),
    ("map", map),
    ("max", |state, value, arguments| extreme(state, value, arguments, std::cmp::Ordering::Greater)),
    ("min", |state, value, arguments| extreme(state, value, arguments, std::cmp::Ordering::Less)),
    ("random", |_, _, _| Err(fail("random is left out, so that the same words give the same prompt"))),
    ("reject", |state, value, arguments| choose(state, value, arguments, false, false)),
    ("rejectattr", |state, value, arguments| choose(state, value, arguments, true, false)),
    ("reverse", reverse),
    ("select", |state, value, arguments| choose(state, value, arguments, false, true)),
    ("selectattr", |state, value, arguments| choose(state, value, arguments, true, true)),
    ("slice", slice),
    ("sort", |state, value, arguments| {
        let given = Given::new(arguments, ["reverse", "case_sensitive", "attribute"], 0)?;
        let keyed = Key::several(given.some(2), !given.truth(1, false))?.all(state, value)?;
        let keyed = sort(state, keyed, given.truth(0, false))?;
        Ok(list(keyed.into_iter().map(|(_, item)| item).collect()))
    }),
    ("sum", sum),
    ("unique", |state, value, arguments| {
        let given = Given::new(arguments, ["case_sensitive", "attribute"], 0)?;
        let (mut seen, mut kept) = (Vec::new(), Vec::new());
        for (key, item) in Key::new(given.some(1), !given.truth(0, false))?.all(state, value)? {
            hashable(&key)?;
            if position(state, &seen, &key)?.is_none() {
                seen.push(key);
                kept.push(item);
            }
        }
        Ok(Items::generator(kept))
    }),
];

fn is_generator(value: &Value) -> bool {
    value.downcast_object_ref::<Items>().is_some_and(|items| items.view.is_none())
}

fn batch(state: &mut State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let given = Given::new(arguments, ["linecount", "fill_with"], 1)?;
    let count = usize::try_from(given.int(0, 0)?).unwrap_or(usize::MAX);
    let mut batches = Vec::new();
    let mut batch = Vec::new();
    for item in items(state, value)? {
        if batch.len() == count {
            batches.push(list(std::mem::take(&mut batch)));
        }
        batch.push(item);
    }
    if !batch.is_empty() {
        if let Some(fill) = given.some(1).filter(|_| batch.len() < count) {
            charge(state, (count - batch.len()).saturating_mul(32))?;
            batch.resize(count, fill.clone());
        }
        batches.push(list(batch));
    }
    Ok(Items::generator(batches))
}

fn slice(state: &mut State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let given = Given::new(arguments, ["slices", "fill_with"], 1)?;
    let all = items(state, value)?;
    let slices = usize::try_from(given.int(0, 0)?).map_err(|_| fail("slice needs a number of slices"))?;
    charge(state, slices.saturating_mul(64))?;
    let each = all.len().checked_div(slices).ok_or_else(|| fail("slice makes no 0 slices"))?;
    let longer = all.len() % slices;
    let mut at = 0;
    let mut made = Vec::with_capacity(slices);
    for index in 0..slices {
        let end = at + each + usize::from(index < longer);
        let mut part = all[at..end].to_vec();
        if let Some(fill) = given.some(1).filter(|_| index >= longer) {
            part.push(fill.clone());
        }
        made.push(list(part));
        at = end;
    }
    Ok(Items::generator(made))
}

fn dictsort(state: &mut State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let given = Given::new(arguments, ["case_sensitive", "by", "reverse"], 0)?;
    let by_key = match given.get(1).map_or(Ok("key"), |_| given.text(1))? {
        "key" => true,
        "value" => false,
        _ => return Err(fail("dictsort sorts by 'key' or 'value'")),
    };
    if type_of(value) != Type::Dict {
        return Err(fail(format!("dictsort needs a dict, not {}", type_name(value))));
    }
    let key = Key::new(None, !given.truth(0, false))?;
    let all = items(state, value).map(|_| pairs(value))?;
    let mut keyed = Vec::with_capacity(all.len());
    for (name, value) in all {
        keyed.push((key.of(state, if by_key { &name } else { &value })?, tuple(vec![name, value])));
    }
    let keyed = sort(state, keyed, given.truth(2, false))?;
    Ok(list(keyed.into_iter().map(|(_, pair)| pair).collect()))
}

fn groupby(state: &mut State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let given = Given::new(arguments, ["attribute", "default", "case_sensitive"], 1)?;
    let fold = !given.truth(2, false);
    let key =
        |fold| -> Result<Key, Error> { Ok(Key { default: given.some(1).cloned(), ..Key::new(given.some(0), fold)? }) };
    let keyed = sort(state, key(fold)?.all(state, value)?, false)?;
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    for (key, item) in keyed {
        match groups.last_mut() {
            Some((last, group)) if super::equals(state, last, &key)? => group.push(item),
            _ => groups.push((key, vec![item])),
        }
    }
    let spelt = key(false)?;
    let mut made = Vec::with_capacity(groups.len());
    for (key, group) in groups {
        // The grouper is spelt as in the first item.
        let key = match group.first() {
            Some(first) if fold => spelt.of(state, first)?,
            _ => key,
        };
        made.push(Group::value(key, list(group)));
    }
    Ok(list(made))
}

fn join(state: &mut State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let given = Given::new(arguments, ["d", "attribute"], 0)?;
    let between = given.get(0).map_or(Ok(String::new()), |between| str(state, between))?;
    let mut joined = String::new();
    for (index, (item, _)) in Key::new(given.some(1), false)?.all(state, value)?.into_iter().enumerate() {
        let item = str(state, &item)?;
        charge(state, between.len() + item.len())?;
        if index > 0 {
            joined += &between;
        }
        joined += &item;
    }
    Ok(Value::from(joined))
}

fn map(state: &mut State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let (placed, named) = split(arguments)?;
    let all = items(state, value)?;
    let Some((filter, others)) = placed.split_first() else {
        let given = Given::new(arguments, ["attribute", "default"], 1)?;
        let key = Key { default: given.some(1).cloned(), ..Key::new(given.some(0), false)? };
        return Ok(Items::generator(all.iter().map(|item| key.of(state, item)).collect::<Result<_, _>>()?));
    };
    let filter = filter.as_str().ok_or_else(|| fail("map needs the name of a filter"))?.to_owned();
    let mut mapped = Vec::with_capacity(all.len());
    for item in all {
        charge(state, item.as_str().map_or(0, str::len))?; // as minijinja does for a filter of one text
        let mut given = vec![item];
        given.extend_from_slice(others);
        if named.args().next().is_some() {
            given.push(Value::from(named.clone()));
        }
        state.consume_fuel(10)?;
        mapped.push(state.apply_filter(&filter, &given)?);
    }
    Ok(Items::generator(mapped))
}

/// `select`, `reject` and those by an attribute.
fn choose(
    state: &mut State<'_, '_>,
    value: &Value,
    arguments: &[Value],
    by_attribute: bool,
    keep: bool,
) -> Result<Value, Error> {
    let (placed, _) = split(arguments)?;
    let (key, test) = match placed.split_first() {
        Some((attribute, test)) if by_attribute => (Key::new(Some(attribute), false)?, test),
        None if by_attribute => return Err(fail("needs its argument attribute")),
        _ => (Key::new(None, false)?, placed),
    };
    let mut chosen = Vec::new();
    for (tested, item) in key.all(state, value)? {
        state.consume_fuel(10)?;
        let holds = match test.split_first() {
            None => tested.is_true(),
            Some((name, others)) => {
                let name = name.as_str().ok_or_else(|| fail("needs the name of a test"))?.to_owned();
                let given: Vec<Value> = std::iter::once(tested).chain(others.iter().cloned()).collect();
                state.perform_test(&name, &given)?
            }
        };
        if holds == keep {
            chosen.push(item);
        }
    }
    Ok(Items::generator(chosen))
}

fn extreme(
    state: &State<'_, '_>,
    value: &Value,
    arguments: &[Value],
    wanted: std::cmp::Ordering,
) -> Result<Value, Error> {
    let given = Given::new(arguments, ["case_sensitive", "attribute"], 0)?;
    let mut best: Option<(Value, Value)> = None;
    for (key, item) in Key::new(given.some(1), !given.truth(0, false))?.all(state, value)? {
        let better = match &best {
            Some((other, _)) => compare(state, &key, other, 0)? == Some(wanted),
            None => true,
        };
        if better {
            best = Some((key, item));
        }
    }
    Ok(best.map_or(Value::UNDEFINED, |(_, item)| item))
}

fn reverse(state: &mut State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let _ = Given::new(arguments, [], 0)?;
    if let Some(text) = value.as_str() {
        return Ok(Value::from(text.chars().rev().collect::<String>()));
    }
    let mut all = items(state, value)?;
    all.reverse();
    Ok(Items::generator(all))
}

fn sum(state: &mut State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let given = Given::new(arguments, ["attribute", "start"], 0)?;
    let mut sum = given.get(1).cloned().unwrap_or_else(|| Value::from(0));
    for (item, _) in Key::new(given.some(0), false)?.all(state, value)? {
        sum = add(state, &sum, &item)?;
    }
    Ok(sum)
}
