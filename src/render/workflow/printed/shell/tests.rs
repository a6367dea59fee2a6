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
        "docker run --rm X ls",
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
