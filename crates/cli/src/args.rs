//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use dataops_domain::time::Timestamp;

use crate::moment::{parse_moment, parse_span};

/// DataOps on this machine, and administration of any fleet.
#[derive(Debug, Parser)]
#[command(name = "dataops", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) dev: DevArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the whole fleet on this machine (what `dataops` alone does).
    Dev(DevArgs),
    /// Loads the workflow catalog and the duties; what is there already is brought up to date.
    Seed {
        #[command(flatten)]
        target: Target,
    },
    /// Manages users.
    #[command(subcommand)]
    User(UserCommand),
    /// Looks into the audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Tries a running fleet: the portal, the catalog, a tick and an export, which it runs. Ends with 1 when something is wrong, with 3
    /// when it cannot be tried.
    Smoke(SmokeArgs),
    /// Checks a portable export: a folder, a bag, or an archive of either. Ends with 1 when something is wrong with it, with 3
    /// when it cannot be checked.
    Validate(ValidateArgs),
    /// Writes everything that is stored into a folder, found valid before it is there. Ends with 1 when what is stored gives no
    /// valid export, with 3 when it cannot be made.
    Export(ExportArgs),
    /// Says what an import would do with every record, and writes nothing. Ends with 1 when something is in the way.
    DryRunImport(DryRunArgs),
    /// Puts an export into an empty store. Repeat it when it was interrupted. Ends with 1 when something is in the way.
    Import(ImportArgs),
    /// Proves that an archive can be restored: checks it, imports it into a store of its own, uses that, exports it again and
    /// compares. Ends with 1 when something of it failed.
    RestoreDrill(DrillArgs),
    /// The bytes that records own, which travel apart from an export.
    #[command(subcommand)]
    Files(FilesCommand),
    /// The search index.
    #[command(subcommand)]
    Search(SearchCommand),
    /// Shows or moves the clock of a fleet that runs on this machine.
    Clock(ClockArgs),
    /// Runs everything that runs by the clock, once and now: what is due, reminders, and finishing what was interrupted.
    Tick(TickArgs),
    /// Makes the work of a range of dates, duties and automatic workflows; what is there already stays as it is.
    Generate(GenerateArgs),
}

#[derive(Debug, Args)]
pub(crate) struct DevArgs {
    /// The port the portal listens on.
    #[arg(long, default_value_t = 8300)]
    pub(crate) port: u16,
    /// Where the fleet keeps its data.
    #[arg(long, default_value = ".dataops", value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
    /// Starts without the catalog and without users.
    #[arg(long)]
    pub(crate) no_seed: bool,
    /// Runs no ticks, sweeps or started runners.
    #[arg(long)]
    pub(crate) no_background: bool,
    /// Starts the clock at this moment and lets it run on.
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    pub(crate) now: Option<Timestamp>,
    /// Also exposes the engine's own router on this port.
    #[arg(long, value_name = "PORT")]
    pub(crate) engine_port: Option<u16>,
    /// The secret the engine asks for (x-portal-secret); by default the data folder keeps a random one.
    #[arg(long, value_name = "SECRET")]
    pub(crate) portal_secret: Option<String>,
}

/// Which fleet a command is for.
#[derive(Debug, Clone, Args)]
pub(crate) struct Target {
    /// The data folder of a fleet on this machine, running or not.
    #[arg(long, default_value = ".dataops", value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
    /// The address of a deployed fleet's portal instead.
    #[arg(long, conflicts_with = "data_dir")]
    pub(crate) url: Option<String>,
    /// The name of a deployed stack instead, with the AWS credentials and the AWS_REGION of this process: no API token. With --url,
    /// links that are printed begin with it.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["data_dir", "token", "token_stdin"])]
    pub(crate) stack: Option<String>,
    /// The API token for --url. Other users of this machine can see it; --token-stdin hides it.
    #[arg(long, requires = "url", conflicts_with = "token_stdin")]
    pub(crate) token: Option<String>,
    /// Reads the API token from the first line of standard input.
    #[arg(long, requires = "url")]
    pub(crate) token_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Adds a user.
    Add(UserAdd),
    /// Lists users.
    List {
        #[command(flatten)]
        target: Target,
    },
    /// Makes a link with which a user sets a first or forgotten password, once, within 24 hours.
    SetupLink {
        /// The user's id, as `user list` shows it.
        id: String,
        #[command(flatten)]
        target: Target,
    },
    /// Ends a user's sessions and refuses further sign-in.
    Disable {
        /// The user's id, as `user list` shows it.
        id: String,
        #[command(flatten)]
        target: Target,
    },
}

#[derive(Debug, Args)]
pub(crate) struct UserAdd {
    /// The address the user signs in with.
    #[arg(long)]
    pub(crate) email: String,
    /// The name as shown.
    #[arg(long)]
    pub(crate) name: String,
    /// What the user may do.
    #[arg(long, value_enum, default_value = "operator")]
    pub(crate) role: Role,
    /// The user's id; by default a new one is made. Over the API the fleet makes its own.
    #[arg(long, conflicts_with_all = ["token", "token_stdin"])]
    pub(crate) id: Option<String>,
    /// Also makes a link with which the user sets a password, once, within 24 hours.
    #[arg(long, conflicts_with_all = ["token", "token_stdin", "password_stdin"])]
    pub(crate) setup_link: bool,
    /// Reads the password from standard input (its first line, or the second after --token-stdin).
    #[arg(long)]
    pub(crate) password_stdin: bool,
    #[command(flatten)]
    pub(crate) target: Target,
}

/// How a fleet is tried.
#[derive(Debug, Args)]
pub(crate) struct SmokeArgs {
    /// The address of the portal; by default that of the fleet that runs on the data folder.
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// The name of a deployed stack, with the AWS credentials and the AWS_REGION of this process.
    #[arg(long, value_name = "NAME", requires = "url", conflicts_with_all = ["data_dir", "token_stdin"])]
    pub(crate) stack: Option<String>,
    /// Goes through the API instead: reads an admin's API token from the first line of standard input.
    #[arg(long, requires = "url", conflicts_with = "data_dir")]
    pub(crate) token_stdin: bool,
    /// The data folder of a fleet that runs on this machine.
    #[arg(long, default_value = ".dataops", value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
    /// Prints what was found as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// May also manage users.
    Admin,
    /// Runs the work.
    Operator,
}

impl Role {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Operator => "operator",
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Checks that nothing in the log was changed, taken out, put in or exchanged; ends with status 1 when something was.
    Verify(VerifyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Only the chain of this entity, such as task#01J8Z5.
    #[arg(long, value_name = "TYPE#ID", conflicts_with_all = ["from", "to"])]
    pub(crate) entity: Option<String>,
    /// Only the chains of entities with an event from this UTC day on.
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,
    /// Up to this UTC day; today by default.
    #[arg(long, value_name = "DATE", requires = "from")]
    pub(crate) to: Option<String>,
    /// Prints the findings as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Reads the tables of the AWS account of this process instead: its credentials, and the DATAOPS_ variables of the export job.
    #[arg(long, conflicts_with_all = ["data_dir", "url"])]
    pub(crate) aws: bool,
    #[command(flatten)]
    pub(crate) target: Target,
}

#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// The export: a folder, or an archive (.tar.gz).
    #[arg(value_name = "DIR|ARCHIVE")]
    pub(crate) path: PathBuf,
    /// Prints the findings as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Whose data a command is about.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// The data folder of a fleet on this machine, running or not.
    #[arg(long, default_value = ".dataops", value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
    /// The AWS account of this process instead: its credentials, the DATAOPS_ variables of the export job, and for imports, drills
    /// and files DATAOPS_ARTIFACTS_BUCKET.
    #[arg(long, conflicts_with = "data_dir")]
    pub(crate) aws: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The folder to write: not there yet, or empty.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Wraps it as a BagIt bag.
    #[arg(long)]
    pub(crate) bag: bool,
    /// Prints what was made as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct DryRunArgs {
    /// The export: a folder, a bag, or an archive of either.
    #[arg(value_name = "DIR|ARCHIVE")]
    pub(crate) path: PathBuf,
    /// Prints the plan as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The export: a folder, a bag, or an archive of either.
    #[arg(value_name = "DIR|ARCHIVE")]
    pub(crate) path: PathBuf,
    /// Also into a store that holds something: what is new comes in, what is the same stays, and nothing is overwritten.
    #[arg(long)]
    pub(crate) merge: bool,
    /// Also into a production stack, after its name was typed.
    #[arg(long)]
    pub(crate) break_glass: bool,
    /// Prints what was done as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct DrillArgs {
    /// The archive: a file or folder, or an s3:// address of the account or data folder.
    #[arg(long, value_name = "FILE|S3 URI")]
    pub(crate) archive: String,
    /// What the drill is written down for; never production.
    #[arg(long, value_name = "NAME", default_value = "restore-drill")]
    pub(crate) target_environment: String,
    /// The folder that gets the evidence.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) evidence: PathBuf,
    /// Prints the evidence.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FilesCommand {
    /// Copies the bytes that the records of a stack own, and verifies each. Ends with 1 when some are missing or damaged.
    Copy(CopyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CopyArgs {
    /// Where they come from: a folder, s3://bucket, or `stack`.
    #[arg(long, value_name = "BUCKET|FOLDER|stack")]
    pub(crate) from: String,
    /// Where they go: a folder, s3://bucket, or `stack`.
    #[arg(long, value_name = "stack|FOLDER|BUCKET", default_value = "stack")]
    pub(crate) to: String,
    /// Prints what was done as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SearchCommand {
    /// Makes the index anew from what is stored; the old one answers meanwhile.
    Rebuild {
        /// The data folder of a fleet on this machine, running or not.
        #[arg(long, default_value = ".dataops", value_name = "DIR")]
        data_dir: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct TickArgs {
    /// The data folder of a fleet on this machine: a running one ticks by its own clock, else the folder is opened.
    #[arg(long, default_value = ".dataops", value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    /// The first local date.
    #[arg(long, value_name = "DATE")]
    pub(crate) from: String,
    /// The last local date, at most 90 days later; the first one by default.
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<String>,
    /// Makes nothing and says what would be made and what is skipped.
    #[arg(long)]
    pub(crate) preview: bool,
    #[command(flatten)]
    pub(crate) target: Target,
}

#[derive(Debug, Args)]
pub(crate) struct ClockArgs {
    /// The data folder of the running fleet.
    #[arg(long, default_value = ".dataops", value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
    /// Makes the clock show this moment.
    #[arg(long, value_name = "TIME", value_parser = parse_moment, conflicts_with = "advance")]
    pub(crate) set: Option<Timestamp>,
    /// Moves the clock, such as 1d, 2h30m or -1d.
    #[arg(long, value_name = "SPAN", value_parser = parse_span, allow_hyphen_values = true)]
    pub(crate) advance: Option<i64>,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::Arguments;

    #[test]
    fn the_arguments_are_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn dev_is_what_happens_without_a_command() {
        let arguments = Arguments::try_parse_from(["dataops", "--port", "9000", "--now", "2026-03-10T09:00:00Z"]);
        let arguments = arguments.expect("arguments");
        assert!(arguments.command.is_none());
        assert_eq!(arguments.dev.port, 9000);
    }

    #[test]
    fn nonsense_is_refused() {
        for line in [
            "dataops dev --now tomorrow",
            "dataops clock --advance 5",
            "dataops user add --email a@b.c --name A --role boss",
            "dataops user list --url https://x --data-dir y",
            "dataops user list --stack x --data-dir y",
            "dataops user list --stack x --url https://x --token t",
            "dataops user add --email a@b.c --name A --setup-link --password-stdin",
            "dataops smoke --stack x",
            "dataops smoke --url https://x --stack x --data-dir y",
            "dataops smoke --token-stdin",
            "dataops seed --token t",
            "dataops user add --email a@b.c --name A --id a --url https://x --token t",
            "dataops user setup-link",
            "dataops audit verify --entity task#t --from 2026-01-01",
            "dataops audit verify --to 2026-01-01",
            "dataops validate",
            "dataops validate a b",
            "dataops export",
            "dataops export --out a --aws --data-dir b",
            "dataops import",
            "dataops restore-drill",
            "dataops files copy --to stack",
        ] {
            assert!(Arguments::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
        assert!(Arguments::try_parse_from("dataops clock --advance -1d".split(' ')).is_ok());
    }
}
