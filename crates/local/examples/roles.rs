//! Prints what the template reader made of the functions' policies, for `scripts/check_roles.py`: statements by function, as JSON.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;

use dataops_local::{Given, Template};

fn main() -> Result<(), Box<dyn Error>> {
    let template = Template::load(&Given::local("0123456789abcdef0123456789abcdef"))?;
    let statements: BTreeMap<_, _> = template.functions.iter().map(|function| (&function.logical_id, &function.statements)).collect();
    serde_json::to_writer_pretty(std::io::stdout(), &statements)?;
    Ok(std::io::stdout().write_all(b"\n")?)
}
