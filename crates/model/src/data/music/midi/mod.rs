//! MIDI files as piano rolls, and back.
//!
//! A MIDI file says when a key goes down and when it comes up, in ticks; a network sees which keys
//! sound at each step of a fixed length. Reading takes one look at the keys in every step, writing
//! makes a held note of every run of steps in which a key sounds.
//!
//! | file | idea |
//! |---|---|
//! | `config` | [`MidiConfig`]: what is read, and how long a step is |
//! | `grid` | from ticks to steps |
//! | `chunks` | a file becomes its tracks, or is refused as cut short |
//! | `track` | a track becomes notes |
//! | `read` | [`read_midi`], [`read_midi_file`]: notes become a roll |
//! | `write` | [`write_midi`], [`WriteConfig`]: a roll becomes a file |
//! | `folder` | [`read_midi_folder`]: many files become training, validation and test rolls |
//! | `listing` | which files of a folder belong to which part |
//! | `error` | [`MidiError`] |
//!
//! # Quantisation
//! A step is a fraction of a quarter note, whatever the tempo does. The four sets of
//! Boulanger-Lewandowski, Bengio and Vincent 2012 were made by "sampling frames every eighth note
//! (quarter note for JSB chorales) following the beat information", after moving every piece to
//! C major or C minor (the authors' page, `www-etud.iro.umontreal.ca/~boulanni/icml2012`). So the
//! default is two steps for a quarter, and one for chorales. Nothing is transposed here.
//!
//! A key sounds in a step if it is down a quarter of a step after the step's beginning. The look
//! comes a little late so that a note which begins late by less than that is not missed, and early
//! so that a short (staccato) one is not missed either.
//!
//! # Round trip
//! Roll to file to roll is exact for every roll that is not empty, silent steps at both ends
//! included, if both ways have the same steps for a quarter. File to roll to file is not: a roll
//! knows which keys sound and not which are struck, so a note that is repeated without a gap of a
//! step becomes one held note. Velocities, tempo, instruments and the pedals are lost: the sustain
//! pedal is ignored, a key counts as sounding while it is down.

mod chunks;
mod config;
mod error;
mod folder;
mod grid;
mod listing;
mod read;
mod track;
mod write;

pub use config::MidiConfig;
pub use error::MidiError;
pub use folder::{FolderConfig, MidiFolder, Skipped, read_midi_folder};
pub use read::{read_midi, read_midi_file};
pub use write::{WriteConfig, write_midi};
