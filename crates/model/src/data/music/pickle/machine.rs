//! Follows the instructions of a pickle as far as they make plain data.

use std::collections::HashMap;

use super::opcode::{Index, Op, code_name};
use super::scan::{Scan, decimal, signed, unsigned};
use super::value::{Heap, Value};
use super::{NEWEST_PROTOCOL, PickleFault};

/// The most values that are made; the largest published set takes some 2.2 million.
const MAX_VALUES: usize = 1 << 23;
/// How much of the name of something that would be called is shown, in bytes.
const MAX_NAME: usize = 80;

/// What the pickle makes, and what is in it.
pub(super) fn run(bytes: &[u8]) -> Result<(Value<'_>, Heap<'_>), PickleFault> {
    let mut machine = Machine {
        scan: Scan::new(bytes),
        at: 0,
        heap: Heap::default(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
        values: 0,
    };
    loop {
        machine.at = machine.scan.at();
        let byte = machine.scan.byte()?;
        match Op::of(byte) {
            Some(Op::Stop) => return Ok((machine.pop()?, machine.heap)),
            Some(op) => machine.follow(op)?,
            None => return Err(machine.refuse(byte)),
        }
    }
}

struct Machine<'a> {
    scan: Scan<'a>,
    /// Where the instruction stands.
    at: usize,
    heap: Heap<'a>,
    stack: Vec<Value<'a>>,
    /// How long the stack was at each mark.
    marks: Vec<usize>,
    memo: HashMap<u64, Value<'a>>,
    values: usize,
}

impl<'a> Machine<'a> {
    fn follow(&mut self, op: Op) -> Result<(), PickleFault> {
        match op {
            Op::Stop => {}
            Op::Proto => {
                let protocol = self.scan.byte()?;
                if protocol > NEWEST_PROTOCOL {
                    return Err(PickleFault::Protocol { protocol });
                }
            }
            Op::Frame => {
                self.scan.slice(8)?;
            }
            Op::Mark => {
                self.charge()?;
                self.marks.push(self.stack.len());
            }
            Op::Pop => {
                // A mark that nothing stands on is popped itself, as in Python.
                if self.marks.last() == Some(&self.stack.len()) {
                    self.marks.pop();
                } else {
                    self.pop()?;
                }
            }
            Op::PopMark => {
                self.pop_mark()?;
            }
            Op::Dup => self.push(self.top()?)?,
            Op::Put(index) => {
                let key = self.index(index)?;
                self.remember(key)?;
            }
            Op::Memoize => self.remember(self.memo.len() as u64)?,
            Op::Get(index) => {
                let key = self.index(index)?;
                let value = self.memo.get(&key).copied();
                self.push(value.ok_or_else(|| self.damaged())?)?;
            }
            Op::Nothing => self.push(Value::Nothing)?,
            Op::Truth(_) => self.push(Value::Truth)?,
            Op::Int(width) => {
                let bytes = self.scan.slice(width)?;
                self.push(Value::Int(if width < 4 {
                    unsigned(bytes) as i64
                } else {
                    signed(bytes)
                }))?;
            }
            Op::IntLine => {
                let line = self.scan.line()?;
                // That is how protocol 0 writes False and True.
                let value = match line {
                    b"00" | b"01" => Value::Truth,
                    _ => Value::Int(decimal(line).ok_or_else(|| self.no_number())?),
                };
                self.push(value)?;
            }
            Op::LongLine => {
                let line = self.scan.line()?;
                let digits = line.strip_suffix(b"L").unwrap_or(line);
                let number = decimal(digits).ok_or_else(|| self.no_number())?;
                self.push(Value::Int(number))?;
            }
            Op::Long(width) => {
                let bytes = self.scan.counted(width)?;
                self.push(Value::Int(signed(bytes)))?;
            }
            Op::Float => {
                let number = f64::from_be_bytes(self.scan.array()?);
                self.push(Value::Float(number))?;
            }
            Op::FloatLine => {
                let line = str::from_utf8(self.scan.line()?).ok();
                let number = line.and_then(|line| line.trim().parse().ok());
                self.push(Value::Float(number.ok_or_else(|| self.no_number())?))?;
            }
            Op::Text(width) => {
                let text = self.scan.counted(width)?;
                self.push(Value::Text(text))?;
            }
            Op::TextLine => {
                let text = self.scan.line()?;
                self.push(Value::Text(text))?;
            }
            Op::QuotedLine => {
                let line = self.scan.line()?.trim_ascii();
                let text = match line {
                    [b'\'', text @ .., b'\''] | [b'"', text @ .., b'"'] => text,
                    _ => return Err(self.damaged()),
                };
                self.push(Value::Text(text))?;
            }
            Op::EmptyList => self.push_list(Vec::new())?,
            Op::List => {
                let items = self.pop_mark()?;
                self.push_list(items)?;
            }
            Op::Tuple(len) => {
                let from = self.stack.len().checked_sub(len);
                let from = from.filter(|from| *from >= self.floor());
                let items = self.stack.split_off(from.ok_or_else(|| self.damaged())?);
                self.push_list(items)?;
            }
            Op::Append => {
                let item = self.pop()?;
                self.extend_list(vec![item])?;
            }
            Op::Appends => {
                let items = self.pop_mark()?;
                self.extend_list(items)?;
            }
            Op::EmptyDict => self.push_dict(Vec::new())?,
            Op::Dict => {
                let items = self.pop_mark()?;
                self.push_dict(items)?;
            }
            Op::SetItem => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.extend_dict(vec![key, value])?;
            }
            Op::SetItems => {
                let items = self.pop_mark()?;
                self.extend_dict(items)?;
            }
        }
        Ok(())
    }

    /// Why an instruction is not followed.
    fn refuse(&mut self, byte: u8) -> PickleFault {
        let at = self.at;
        let Some(opcode) = code_name(byte) else {
            return PickleFault::NoOpcode { byte, at };
        };
        let name = match opcode {
            "GLOBAL" | "INST" => match (self.scan.line(), self.scan.line()) {
                (Ok(module), Ok(name)) => Some((module, name)),
                (Ok(module), Err(_)) => Some((module, &b"?"[..])),
                _ => None,
            },
            "STACK_GLOBAL" => match self.stack.as_slice() {
                [.., Value::Text(module), Value::Text(name)] => Some((*module, *name)),
                _ => None,
            },
            _ => None,
        };
        let name = name.map(|(module, name)| {
            let show = |bytes: &[u8]| {
                bytes[..bytes.len().min(MAX_NAME)]
                    .escape_ascii()
                    .to_string()
            };
            format!("{}.{}", show(module), show(name))
        });
        match name {
            Some(name) if name.starts_with("numpy.") => PickleFault::Numpy { name, at },
            name => PickleFault::Code { opcode, at, name },
        }
    }

    fn index(&mut self, index: Index) -> Result<u64, PickleFault> {
        match index {
            Index::Byte => Ok(u64::from(self.scan.byte()?)),
            Index::FourBytes => Ok(unsigned(self.scan.slice(4)?)),
            Index::Line => decimal(self.scan.line()?)
                .and_then(|number| u64::try_from(number).ok())
                .ok_or_else(|| self.no_number()),
        }
    }

    fn remember(&mut self, key: u64) -> Result<(), PickleFault> {
        self.charge()?;
        let top = self.top()?;
        self.memo.insert(key, top);
        Ok(())
    }

    fn push(&mut self, value: Value<'a>) -> Result<(), PickleFault> {
        self.charge()?;
        self.stack.push(value);
        Ok(())
    }

    fn push_list(&mut self, items: Vec<Value<'a>>) -> Result<(), PickleFault> {
        let list = Value::List(self.heap.add(items));
        self.push(list)
    }

    fn push_dict(&mut self, items: Vec<Value<'a>>) -> Result<(), PickleFault> {
        if !items.len().is_multiple_of(2) {
            return Err(self.damaged());
        }
        let dict = Value::Dict(self.heap.add(items));
        self.push(dict)
    }

    fn extend_list(&mut self, items: Vec<Value<'a>>) -> Result<(), PickleFault> {
        let Value::List(list) = self.top()? else {
            return Err(self.damaged());
        };
        self.heap.extend(list, items);
        Ok(())
    }

    fn extend_dict(&mut self, items: Vec<Value<'a>>) -> Result<(), PickleFault> {
        let Value::Dict(dict) = self.top()? else {
            return Err(self.damaged());
        };
        if !items.len().is_multiple_of(2) {
            return Err(self.damaged());
        }
        self.heap.extend(dict, items);
        Ok(())
    }

    /// How far down the stack may be popped.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn top(&self) -> Result<Value<'a>, PickleFault> {
        let above = &self.stack[self.floor()..];
        above.last().copied().ok_or_else(|| self.damaged())
    }

    fn pop(&mut self) -> Result<Value<'a>, PickleFault> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    fn pop_mark(&mut self) -> Result<Vec<Value<'a>>, PickleFault> {
        let mark = self.marks.pop().ok_or_else(|| self.damaged())?;
        Ok(self.stack.split_off(mark))
    }

    fn charge(&mut self) -> Result<(), PickleFault> {
        if self.values == MAX_VALUES {
            return Err(PickleFault::TooMany { limit: MAX_VALUES });
        }
        self.values += 1;
        Ok(())
    }

    fn damaged(&self) -> PickleFault {
        PickleFault::Stack { at: self.at }
    }

    fn no_number(&self) -> PickleFault {
        PickleFault::Number { at: self.at }
    }
}
