//! What an observer hears.

/// How far an experiment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Steps that are done.
    pub done: u64,
    /// Steps that there are.
    pub total: u64,
    /// What is being done, in a few words.
    pub remark: String,
}
