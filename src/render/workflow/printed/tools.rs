//! Commands of which some words are programs, images, scripts or packages that run, and which those are.

use super::commands::plain_name;

/// What the operands of a command are: what stands behind its options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operands {
    /// They are values.
    Values,
    /// The same, and those with `=` set variables, of which some change what runs.
    Settings,
    /// As many values, and then a command with its own words.
    Command(usize),
    /// An image that runs, and then a command in it.
    Image,
    /// Each of them runs.
    Each,
    /// They, and all options, run or say what runs.
    All,
    /// They begin with the name of a setting.
    Sets,
}

/// What an option is, which may have its value in the same word or in the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OptionKind {
    Flag,
    Data,
    Code,
    Unknown,
}

/// How the words of a command, or of one of its sub-commands, are read.
#[derive(Debug)]
pub(super) struct Form {
    /// The names of the commands.
    tools: &'static str,
    /// The sub-commands, with a comma between two: none is what stands before a sub-command, `*` is every other one.
    subs: &'static str,
    /// Options without a value.
    flags: &'static str,
    /// Options with a value that does not run.
    data: &'static str,
    /// Options with a value that runs or says what runs.
    code: &'static str,
    pub(super) operands: Operands,
}

const fn form(tools: &'static str, subs: &'static str, [flags, data, code]: [&'static str; 3], operands: Operands) -> Form {
    Form { tools, subs, flags, data, code, operands }
}

const CONTAINERS: &str = "docker podman nerdctl";
const COMPOSES: &str = "docker-compose podman-compose";
const RUN_FLAGS: &str =
    "-d -i -t -P -q --detach --init --interactive --no-healthcheck --privileged --publish-all --quiet --read-only --rm --tty";
const RUN_DATA: &str = "-a -c -e -h -l -m -p -u -v -w --add-host --cap-add --cap-drop --cidfile --cpus --cpu-shares --dns --env --env-file \
    --expose --gpus --hostname --ip --label --log-driver --log-opt --memory --mount --name --network --network-alias --net --pid \
    --platform --publish --pull --restart --security-opt --shm-size --stop-timeout --tmpfs --ulimit --user --volume --volumes-from --workdir";
const EXEC_FLAGS: &str = "-d -i -t -T --detach --interactive --privileged --tty --no-TTY --no-tty";
const EXEC_DATA: &str = "-e -u -w --env --env-file --user --workdir --index";
const COMPOSE_FLAGS: &str = "-d -i -q -P -T --build --detach --interactive --no-deps --no-TTY --no-tty --quiet-pull --remove-orphans --rm --service-ports --use-aliases";
const COMPOSE_DATA: &str = "-e -l -p -u -v -w --cap-add --cap-drop --env --label --name --publish --user --volume --workdir";
const KUBECTL_FLAGS: &str = "-- -i -t -q --attach --insecure-skip-tls-verify --quiet --rm --stdin --tty";
const KUBECTL_DATA: &str = "-c -l -n -s --as --as-group --cluster --container --context --copy-to --env --image-pull-policy --labels --namespace \
    --pod-running-timeout --port --profile --request-timeout --restart --server --target --token --user";
const KUBECTL_CODE: &str = "-f --filename --image --kubeconfig --overrides --set-image";
const PACKAGES_FLAGS: &str = "-- -q -s -y --quiet --silent --yes --no --verbose";
const PACKAGES_DATA: &str = "-w --workspace --prefix --loglevel";
const PACKAGES_CODE: &str = "-c -p --call --package --registry --script-shell --userconfig";

const FORMS: &[Form] = &[
    form(
        "poetry",
        "",
        ["-q -n -v --quiet --no-interaction --ansi --no-ansi --no-plugins --no-cache", "-C -P --directory --project", ""],
        Operands::Values,
    ),
    form("pipenv", "", ["-q --quiet --verbose --bare", "--pypi-mirror", "--python"], Operands::Values),
    form(
        "pdm rye hatch",
        "",
        ["-q -v --quiet --verbose --no-color", "-e -p --env --project --data-dir --cache-dir", "-c --config"],
        Operands::Values,
    ),
    form("poetry pipenv pdm rye", "run", ["-- -s --site-packages", "-p --project", ""], Operands::Command(0)),
    form("hatch", "run,env run", ["--", "-e --env", ""], Operands::Command(0)),
    form(
        "uv",
        "",
        ["-q -v --quiet --verbose --offline --no-cache --no-progress", "--cache-dir --color --directory --project", "--config-file"],
        Operands::Values,
    ),
    form(
        "uv",
        "run,tool run,x",
        [
            "-- -q -v --all-extras --frozen --isolated --locked --no-dev --no-project --no-sync --offline --quiet --verbose",
            "-p --extra --group --no-group --package --project --python",
            "-m --from --index --index-url --module --script --with --with-editable --with-requirements",
        ],
        Operands::Command(0),
    ),
    form("bundle bundler", "", ["--no-color --verbose", "-r --retry", "--gemfile"], Operands::Values),
    form("bundle bundler", "exec", ["-- --keep-file-descriptors", "", "--gemfile"], Operands::Command(0)),
    form(
        "npm pnpm yarn",
        "",
        [
            "-s -r --silent --recursive",
            "-C -w -F --cwd --dir --filter --loglevel --prefix --workspace",
            "--registry --script-shell --userconfig",
        ],
        Operands::Values,
    ),
    form("npm pnpm yarn", "exec,x,dlx,node,create,init,innit", [PACKAGES_FLAGS, PACKAGES_DATA, PACKAGES_CODE], Operands::Command(0)),
    form("corepack", "", ["", "", ""], Operands::Command(0)),
    form("cargo", "", ["-q -v --quiet --verbose --frozen --locked --offline", "-C --color", "--config"], Operands::Values),
    form("cargo", "run,r", ["--", "", "--config --manifest-path"], Operands::Values),
    form(
        "cargo",
        "install,binstall",
        [
            "-f -q -y --force --locked --no-track --all-features",
            "-j --bin --branch --features --jobs --profile --rev --root --tag --target --version",
            "",
        ],
        Operands::Each,
    ),
    form("go", "", ["", "-C", ""], Operands::Values),
    form(
        "go",
        "run",
        ["-a -n -race -v -x -trimpath -cover", "-C -p -mod -tags -ldflags", "-exec -overlay -modfile -toolexec"],
        Operands::Command(0),
    ),
    form("go", "install,get,generate,tool", ["-a -n -race -u -v -x -trimpath", "-C -p -mod -tags -ldflags", ""], Operands::Each),
    form("go", "*", ["", "", "-exec -overlay -toolexec -vettool"], Operands::Values),
    form("nix nix-shell nix-build nix-env nix-instantiate", "", ["", "", ""], Operands::All),
    form(
        CONTAINERS,
        "",
        ["-D --debug --tls --tlsverify", "-c -H -l --connection --context --host --log-level --namespace --url", "--config"],
        Operands::Values,
    ),
    form(
        CONTAINERS,
        "run,create,container run,container create",
        [RUN_FLAGS, RUN_DATA, "--device --entrypoint --runtime"],
        Operands::Image,
    ),
    form(CONTAINERS, "exec,container exec", [EXEC_FLAGS, EXEC_DATA, ""], Operands::Command(1)),
    form(CONTAINERS, "compose run", [COMPOSE_FLAGS, COMPOSE_DATA, "--entrypoint"], Operands::Command(1)),
    form(CONTAINERS, "compose exec", [EXEC_FLAGS, EXEC_DATA, ""], Operands::Command(1)),
    form(
        CONTAINERS,
        "compose",
        [
            "--compatibility --dry-run",
            "-p --ansi --env-file --parallel --profile --progress --project-directory --project-name",
            "-f --file",
        ],
        Operands::Values,
    ),
    form(
        COMPOSES,
        "",
        ["--compatibility", "-p --ansi --env-file --parallel --profile --progress --project-directory --project-name", "-f --file"],
        Operands::Values,
    ),
    form(COMPOSES, "run", [COMPOSE_FLAGS, COMPOSE_DATA, "--entrypoint"], Operands::Command(1)),
    form(COMPOSES, "exec", [EXEC_FLAGS, EXEC_DATA, ""], Operands::Command(1)),
    form("kubectl oc", "", ["--insecure-skip-tls-verify", KUBECTL_DATA, "--kubeconfig"], Operands::Values),
    form("kubectl oc", "exec,rsh,run,debug", [KUBECTL_FLAGS, KUBECTL_DATA, KUBECTL_CODE], Operands::Command(1)),
    form("kubectl oc", "plugin,krew", ["", "", ""], Operands::All),
    form("kubectl oc", "*", ["", "", "--kubeconfig"], Operands::Values),
    form("helm", "", ["--debug", "-n --kube-context --namespace", "--kubeconfig --registry-config --repository-config"], Operands::Values),
    form("helm", "plugin", ["", "", ""], Operands::All),
    form("helm", "*", ["", "", "--post-renderer --post-renderer-args"], Operands::Values),
    form(
        "java javaw",
        "",
        ["-ea -jar -server --enable-preview", "-D -Xms -Xmx -Xss", "-cp -p -m -classpath --class-path --module --module-path"],
        Operands::Command(0),
    ),
    form("make gmake", "", ["", "", "-f --file --makefile --eval -E"], Operands::Settings),
    form("just", "", ["", "", "-f --justfile --shell --shell-arg --command -c"], Operands::Settings),
    form(
        "rake",
        "",
        ["", "", "-e -E -f -I -p -r --execute --execute-continue --execute-print --libdir --rakefile --require"],
        Operands::Settings,
    ),
    form("gradle gradlew", "", ["", "", "-b -c -I --build-file --include-build --init-script --settings-file"], Operands::Values),
    form(
        "mvn mvnw",
        "",
        [
            "-B -e -N -o -q -U -X --batch-mode --offline --quiet --no-transfer-progress -ntp",
            "-D -P -pl -T -rf --projects --activate-profiles --threads",
            "",
        ],
        Operands::Each,
    ),
    form(
        "git",
        "",
        ["-p -P --bare --no-pager --paginate", "-C --git-dir --namespace --work-tree", "-c --config-env --exec-path"],
        Operands::Values,
    ),
    form("git", "bisect,difftool,filter-branch,mergetool,submodule", ["", "", ""], Operands::All),
    form("git", "config", ["", "", ""], Operands::Sets),
    form("git", "clone", ["", "", "-c -u --config --template --upload-pack"], Operands::Values),
    form("git", "rebase", ["", "", "-x --exec"], Operands::Values),
    form("git", "*", ["", "", "--exec --extcmd --open-files-in-pager --receive-pack --upload-pack"], Operands::Values),
    form(
        "tar gtar bsdtar",
        "",
        [
            "",
            "",
            "-F -I --checkpoint-action --info-script --new-volume-script --rmt-command --rsh-command --to-command --use-compress-program",
        ],
        Operands::Values,
    ),
    form("rsync scp sftp", "", ["", "", "-e -o -S -F --rsh --rsync-path"], Operands::Values),
];

fn has(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|other| other == word)
}

impl Form {
    /// What this option is, and whether its value is in the same word.
    pub(super) fn option(&self, word: &str) -> (OptionKind, bool) {
        let (name, joined) = word.split_once('=').map_or((word, false), |(name, _)| (name, true));
        let of = |name: &str| {
            let lists = [(self.code, OptionKind::Code), (self.data, OptionKind::Data), (self.flags, OptionKind::Flag)];
            lists.into_iter().find(|(names, _)| has(names, name)).map(|(_, kind)| kind)
        };
        if let Some(kind) = of(name) {
            return (kind, joined || kind == OptionKind::Flag);
        }
        if word.starts_with("--") {
            // Long options may be written as short as they are clear.
            let is_start = |full: &&str| full.starts_with("--") && name.len() > 3 && full.starts_with(name);
            let is_code = self.code.split_whitespace().any(|full| is_start(&full));
            return if is_code { (OptionKind::Code, joined) } else { (OptionKind::Unknown, joined) };
        }
        self.short(word, of)
    }

    /// `-itv` and `-eA=b`: flags, behind which one may have its value.
    fn short(&self, word: &str, of: impl Fn(&str) -> Option<OptionKind>) -> (OptionKind, bool) {
        // `-Xmx1g` is an option of several letters with its value.
        let long = self.data.split_whitespace().find(|name| !name.starts_with("--") && name.len() > 2 && word.starts_with(name));
        if long.is_some() {
            return (OptionKind::Data, true);
        }
        let letters: Vec<(usize, char)> = word.char_indices().skip(1).collect();
        for (at, letter) in letters {
            match of(&format!("-{letter}")) {
                Some(OptionKind::Flag) => {}
                Some(kind) => return (kind, at + letter.len_utf8() < word.len()),
                // What takes values lets other letters stand before the one that says what runs: `tar -xf`, `make -kf`.
                None if matches!(self.operands, Operands::Values | Operands::Settings) && letter.is_ascii_alphabetic() => {}
                None => return (OptionKind::Unknown, false),
            }
        }
        let is_flag = word.len() > 1 && word.chars().skip(1).all(|letter| of(&format!("-{letter}")) == Some(OptionKind::Flag));
        (if is_flag { OptionKind::Flag } else { OptionKind::Unknown }, false)
    }

    /// Whether `--` ends its options, and the command begins behind it.
    pub(super) fn has_dashes(&self) -> bool {
        has(self.flags, "--")
    }
}

/// A command whose words are being read.
#[derive(Debug)]
pub(super) struct Tool {
    name: String,
    /// The sub-commands so far, with a blank between two.
    path: String,
    pub(super) form: &'static Form,
    /// Whether its last sub-command was read.
    pub(super) is_decided: bool,
    /// How many operands were read.
    pub(super) operands: usize,
    /// What the word behind an option is.
    pub(super) value: Option<OptionKind>,
}

fn forms(tool: &str) -> impl Iterator<Item = &'static Form> {
    FORMS.iter().filter(move |form| has(form.tools, tool))
}

fn form_of(tool: &str, path: &str) -> Option<&'static Form> {
    forms(tool).find(|form| form.subs.split(',').any(|sub| sub == path))
}

impl Tool {
    /// The command of this name, if it is one of them.
    pub(super) fn of(name: &str) -> Option<Self> {
        let (name, _) = plain_name(name);
        let form = form_of(&name, "")?;
        let is_decided = forms(&name).all(|form| form.subs.is_empty());
        Some(Self { name, path: String::new(), form, is_decided, operands: 0, value: None })
    }

    /// Goes on to a sub-command. One that is not known takes the form of all others.
    pub(super) fn sub(&mut self, word: &str) -> bool {
        let path = if self.path.is_empty() { word.to_owned() } else { format!("{} {word}", self.path) };
        let within = format!("{path} ");
        let goes_on = forms(&self.name).any(|form| form.subs.split(',').any(|sub| sub.starts_with(&within)));
        let found = form_of(&self.name, &path);
        if found.is_none() && !goes_on {
            return false;
        }
        self.form = found.unwrap_or(self.form);
        self.is_decided = !goes_on;
        self.path = path;
        true
    }

    /// Takes the word for a sub-command of which nothing is known.
    pub(super) fn decide(&mut self) {
        self.is_decided = true;
        self.form = form_of(&self.name, "*").unwrap_or(self.form);
    }
}
