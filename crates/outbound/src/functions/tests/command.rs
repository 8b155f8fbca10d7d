//! Local programs.

use super::*;

fn shell(script: &str) -> Functions {
    command(&["sh", "-c", script])
}

fn command(arguments: &[&str]) -> Functions {
    target(FunctionTarget::Command(
        arguments.iter().map(ToString::to_string).collect(),
    ))
}

async fn run(functions: &Functions) -> Result<Value, String> {
    said(functions.invoke(invocation()).await)
}

#[tokio::test]
async fn a_program_reads_the_event_and_writes_it_back() {
    assert_eq!(run(&command(&["cat"])).await, Ok(invocation().event));
    assert_eq!(run(&shell("true")).await, Ok(Value::Null));
}

#[tokio::test]
async fn arguments_are_not_those_of_a_shell() {
    let echo = command(&["printf", "%s", "[\"$HOME; `id` *\"]"]);
    assert_eq!(run(&echo).await, Ok(json!(["$HOME; `id` *"])));
}

#[tokio::test]
async fn a_program_may_leave_a_long_event_unread() {
    let event = json!({ "text": "x".repeat(1_000_000) });
    let invocation = Invocation { event, ..invocation() };
    let answer = shell("exec 0<&-; echo 1").invoke(invocation).await;
    assert_eq!(answer.unwrap(), json!(1));
}

#[tokio::test]
async fn a_program_that_fails_says_how() {
    let noise = "i=0; while [ $i -lt 2000 ]; do echo noise >&2; i=$((i+1)); done; ";
    for (script, message) in [
        ("echo first >&2; echo ' No bots. ' >&2; echo >&2; exit 3", "No bots."),
        (
            r#"echo '{"errorMessage":"No bots."}'; echo other >&2; exit 1"#,
            "No bots.",
        ),
        ("exit 3", "exit status: 3"),
        ("kill -9 $$", "signal: 9 (SIGKILL)"),
        (&format!("{noise} echo last >&2; exit 1"), "last"),
    ] {
        assert_eq!(
            run(&shell(script)).await,
            Err(format!("the function failed: {message}")),
            "{script}"
        );
    }
}

#[tokio::test]
async fn what_a_program_writes_must_be_json_and_not_too_long() {
    assert_eq!(
        run(&shell("echo hello")).await,
        Err("the function answered something other than JSON".to_owned())
    );
    assert_eq!(
        run(&command(&["cat", "/dev/zero"])).await,
        Err("the function answered more than 6291556 bytes".to_owned())
    );
}

#[tokio::test]
async fn a_program_that_is_not_there_cannot_be_used() {
    let error = command(&["/nowhere/function"]).invoke(invocation()).await.unwrap_err();
    assert!(matches!(error, InvokeError::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn a_program_that_takes_too_long_is_killed_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let started = folder.path().join("started");
    // The shell becomes the program that sleeps, under the same process id.
    let script = format!("echo $$ >> {}; exec sleep 600", started.display());
    let functions = shell(&script).with_patience(Duration::from_millis(700));
    assert_eq!(
        run(&functions).await,
        Err("the function did not answer within 0.7 s".to_owned())
    );
    let processes = std::fs::read_to_string(&started).unwrap();
    assert_eq!(processes.lines().count(), 3);
    let runs = |process: &str| {
        let command = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        command.starts_with(b"sleep")
    };
    let all_gone = async {
        while processes.lines().any(runs) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), all_gone).await.unwrap();
}
