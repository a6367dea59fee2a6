use super::*;
use crate::render::budget::{Print, Written, placeholder};

/// Those of these scripts that are refused when `X` is a print of this text.
fn refused<'s>(scripts: &[&'s str], text: &str) -> Vec<&'s str> {
    let print = Print { offset: 0, text: text.to_owned(), typed: None, written: Written::default() };
    let texts = Texts::of(&[print]);
    let is_refused = |script: &&&str| runs(&script.replace('X', &placeholder(0)), &texts).is_some();
    scripts.iter().filter(is_refused).copied().collect()
}

#[test]
fn an_argument_of_a_command_that_is_named_is_a_value() {
    let scripts = [
        "make X",
        "make \\\n  X",
        "make a=X \"X b\" 'c X'",
        "A=X",
        "A=X make; make X",
        "a=(X b)",
        "a=(c\n  X)",
        "echo $(basename X) `dirname X`",
        "cd X && ls X || exit 1",
        "for i in X b; do echo \"$i\"; done",
        "case X in a|b) make X;; *) ls;; esac; make X",
        "x=$(case X in a) ls X;; esac; ls X)",
        "cat <<EOF\nX `ls X`\nEOF\nls X",
        "cat > a <<-'EOF'\n\tX\n\tit's\n\tEOF\nls X",
        "kubectl apply -f - <<EOF\nX\nEOF",
        "# it's X\nls # X",
        "sudo apt-get install X",
        "sudo A=X make X",
        "bash ./deploy.sh X",
        "/usr/bin/python3.13 deploy.py X",
        "if [ X = a ] && [[ X == b ]]; then echo X; fi",
        "if ! grep X a; then time make X; fi",
        "f() { echo X; }; f X",
        "f () (echo X)",
        "echo X | tee a > X 2>&1",
        "echo X 2> a",
        "export A=X",
        "ls ${A:-X} ${A%%/*}X",
        "echo $((X + 1)); ls X",
        "echo \"$A: X\" X",
        "echo a#X \\X",
        "{ ls X; } > a",
    ];
    assert_eq!(refused(&scripts, "x"), [""; 0]);
}

#[test]
fn what_runs_and_what_names_a_variable_is_none() {
    let scripts = [
        "X",
        "  X a",
        "a; X",
        "a && X",
        "a | X",
        "a & X",
        "a\nX",
        "(X)",
        "$(X)",
        "a `X`",
        "a \"$(b; X)\"",
        "\"X\"",
        "./X",
        "xX a",
        "CI=1 X",
        "! X",
        "nohup X",
        "command X",
        "timeout 5 X",
        "sudo X",
        "sudo -E X",
        "env A=1 X",
        "env X",
        "xargs -n1 X",
        ". X",
        "source X",
        "bash X",
        "sh -c \"X\"",
        "/bin/bash -c 'a X'",
        "{ X; }",
        ">out X",
        "2>&1 X",
        "<<<a X",
        "case a in b) X;; esac",
        "case a in X) b;; esac",
        "x=$(case a in b) c;; esac; X)",
        "if ! X; then a; fi",
        "while X; do a; done",
        "for i in a; do X; done",
        "f() { X; }",
        "function f { X; }",
        "eval a X",
        "find . -name X",
        "awk X",
        "python3 -c X",
        "ssh a X",
        "trap X EXIT",
        "export X",
        "read X",
        "$A X",
        "$X",
        "echo $AX",
        "echo ${X}",
        "echo ${!X}",
        "echo $'X'",
        "echo X | sh",
        "echo X | sudo bash -s",
        "echo X | xargs -n1",
        "(echo X) | sh",
        "for i in X; do echo $i; done | sh",
        "bash <<EOF\nX\nEOF",
        "cat <<EOF | sh\nX\nEOF",
        "cat <<EOF\n$(X)\nEOF",
        "cat <<EOF\na\nEOF\nX",
        "python3 - <<EOF\nX\nEOF",
        "bash <<< X",
        "diff <(X) a",
        "[ a ] && X",
        "a=(b)\nX",
        "echo 'a X",
        "echo \"a X",
        "echo $(a X",
        "echo it's\necho X",
    ];
    let refused = refused(&scripts, "x");
    let missed: Vec<&&str> = scripts.iter().filter(|script| !refused.contains(script)).collect();
    assert_eq!(missed, [&""; 0]);
}

#[test]
fn a_word_that_is_printed_is_no_option() {
    let scripts = [
        "make X",
        "make \"X\"",
        "make 'X a'",
        "make ${A:-X}",
        "make ${A}X",
        // not refused
        "make --a=X",
        "A=X",
        "echo a-X",
        "cat <<EOF\nX\nEOF",
        "# X",
    ];
    assert_eq!(refused(&scripts, "-x"), scripts[..5]);
}

#[test]
fn what_nests_too_deep_is_refused() {
    let deep = ["$(", "\"${a:-", "(", "$((`"].map(|open| open.repeat(90_000) + "X");
    assert_eq!(refused(&deep.each_ref().map(String::as_str), "x").len(), deep.len());
}

/// Those in which a value is taken for one.
fn taken<'s>(scripts: &'s [&'s str]) -> Vec<&'s &'s str> {
    let refused = refused(scripts, "x");
    scripts.iter().filter(|script| !refused.contains(script)).collect()
}

#[test]
fn programs_and_packages_of_sub_commands_run() {
    let scripts = [
        "poetry run X",
        "pipenv run X",
        "pdm run -p a X",
        "hatch env run X",
        "hatch -e a run X",
        "uv run X",
        "uv run --with X a",
        "uv --directory a run python X",
        "uv tool run X",
        "bundle exec X",
        "bundle exec ruby X",
        "npm exec X",
        "npm exec -- X",
        "npm --prefix a exec --package=X b",
        "npm x X",
        "npm init X",
        "pnpm dlx X",
        "pnpm exec X",
        "pnpm --filter a exec X",
        "yarn dlx X",
        "yarn X",
        "yarn create X",
        "bun x X",
        "deno run X",
        "cargo install X",
        "cargo install --git X",
        "cargo --config X build",
        "go run X",
        "go run -race X",
        "go run -exec X .",
        "go install X",
        "go -C a generate X",
        "nix run X",
        "nix run nixpkgs#X",
        "nix --option a b shell X",
        "nix-shell -p X",
    ];
    assert_eq!(taken(&scripts), [&""; 0]);
}

#[test]
fn images_and_what_runs_in_them_is_chosen_by_nobody() {
    let scripts = [
        "docker run X",
        "docker run --rm -it -e A=b X ls",
        "docker run --rm a X",
        "docker run --rm a sh -c X",
        "docker run --entrypoint X a",
        "docker run --entrypoint=X a",
        "docker run --unknown a b X",
        "docker --context x run X",
        "docker --context=x container run X",
        "docker --unknown x run X",
        "docker X a",
        "podman run X",
        "docker exec a X",
        "docker exec -it a bash -c X",
        "docker compose -f a --profile b run a X",
        "docker compose exec a X",
        "docker-compose -f X up",
        "kubectl exec a -- X",
        "kubectl exec -n a b -c c -- X",
        "kubectl exec a -- sh -c X",
        "kubectl -n a exec b -- X",
        "kubectl run a --image=X",
        "kubectl run a --image b -- X",
        "kubectl debug a --image X",
        "helm plugin install X",
        "helm upgrade a b --post-renderer X",
    ];
    assert_eq!(taken(&scripts), [&""; 0]);
}

#[test]
fn what_options_of_tools_run_is_chosen_by_nobody() {
    let scripts = [
        "java -jar X",
        "java -ea -jar X",
        "java -cp X A",
        "java X",
        "make -f X",
        "make -fX",
        "make -kf X",
        "make --file=X",
        "make --makef X",
        "make --eval=X",
        "make SHELL=X",
        "make X=a",
        "rake -f X",
        "rake -r X a",
        "gradle -I X build",
        "mvn X",
        "git -c X status",
        "git -c core.pager=X log",
        "git clone -c X a",
        "git fetch --upload-pack X",
        "git submodule foreach X",
        "git bisect run X",
        "git rebase --exec X main",
        "tar --to-command=X -xf a",
        "tar -cf a --checkpoint-action X b",
        "tar -I X -xf a",
        "rsync -e X a b",
        "sudo docker run X",
        "echo X | docker exec -i a sh",
    ];
    assert_eq!(taken(&scripts), [&""; 0]);
}

#[test]
fn values_of_commands_with_sub_commands_are_allowed() {
    let scripts = [
        "poetry run pytest X",
        "poetry run python a.py X",
        "poetry version X",
        "uv run --python X a",
        "uv run -- pytest X",
        "uv pip install X",
        "bundle exec rake X",
        "npm run X",
        "npm exec -- prettier X",
        "npm install X",
        "npm version X",
        "yarn workspace X test",
        "pnpm --filter X build",
        "cargo run -- X",
        "cargo install --version X cross",
        "go run ./app X",
        "go test X",
        "go build -o X .",
        "docker build -t X .",
        "docker build --build-arg A=X -f X .",
        "docker --debug build -t X .",
        "docker push X",
        "docker pull X",
        "docker tag a X",
        "docker run --name X -e A=X a",
        "docker run --rm -it --name=X -v a:b -eA=X a",
        "docker run --rm a scan X",
        "docker exec X ls",
        "docker exec -it a ls X",
        "docker compose -p X up -d X",
        "docker compose run --rm a ls X",
        "kubectl set image deployment/a a=X",
        "kubectl -n X rollout status deployment/X",
        "kubectl apply -f X",
        "kubectl exec X -n X -- ls X",
        "kubectl run X --image=a -- ls X",
        "helm upgrade --install X a --set image=X --version X -n X",
        "java -jar app.jar X",
        "java -Dversion=X -jar app.jar",
        "make X",
        "make A=X -C X -j X",
        "make -C X test",
        "rake X",
        "gradle X -Pversion=X",
        "mvn -B -Drevision=X package",
        "git checkout X",
        "git switch -c X",
        "git commit -m X",
        "git clone --branch X https://a/b",
        "git -C X push origin X",
        "tar -czf X a",
        "rsync -a a X",
    ];
    assert_eq!(refused(&scripts, "x"), [""; 0]);
    assert_eq!(refused(&["make X", "rake X", "make A=X", "docker build --build-arg X ."], "SHELL=/x"), ["make X", "rake X"]);
}

#[test]
fn a_file_of_variables_has_names_of_the_template() {
    let scripts = [
        "echo X >> $GITHUB_ENV",
        "echo \"X\" >> \"$GITHUB_ENV\"",
        ">> ${GITHUB_ENV} echo X",
        "echo X >> $Env:GITHUB_ENV",
        "echo X>>%GITHUB_ENV%",
        "echo X | tee -a $GITHUB_ENV",
        "echo X | sudo tee -a \"${GITHUB_ENV}\" > a",
        "{ echo A=b; echo X; } >> $GITHUB_ENV",
        "(echo X) >> $GITHUB_ENV",
        "for i in X; do echo $i; done >> $GITHUB_ENV",
        "printf '%s\\n' X >> $GITHUB_ENV",
        "printf 'A=b\\n%s' X >> $GITHUB_ENV",
        "echo \"A=b\nX\" >> $GITHUB_ENV",
        "echo -e \"A=b\\nX\" >> $GITHUB_ENV",
        "echo aX=b >> $GITHUB_ENV",
        "echo \"$A=X\" >> $GITHUB_ENV",
        "cat >> $GITHUB_ENV <<EOF\nA=b\nX\nEOF",
        "cat <<EOF | tee -a $GITHUB_ENV\nX\nEOF",
        "Add-Content -Path $Env:GITHUB_ENV -Value X",
        "echo X >> $GITHUB_PATH",
        "echo \"/opt/X\" >> \"$GITHUB_PATH\"",
        "cat >> $GITHUB_PATH <<EOF\nX\nEOF",
        // not refused
        "echo \"IMAGE=X\" >> \"$GITHUB_ENV\"",
        "echo IMAGE=a:X >> $GITHUB_ENV",
        "echo A=b X >> ${GITHUB_ENV}",
        "echo \"A=b\nC=X\" | tee -a $GITHUB_ENV",
        "printf 'A=%s\\nB=%s\\n' X X >> $GITHUB_ENV",
        "cat >> $GITHUB_ENV <<EOF\nA=X\nEOF",
        "echo X > a; echo A=b >> $GITHUB_ENV",
        "echo X >> $GITHUB_OUTPUT",
    ];
    assert_eq!(refused(&scripts, "BASH_ENV=/x"), scripts[..22]);
}
