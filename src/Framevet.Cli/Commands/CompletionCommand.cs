using System.CommandLine;

namespace Framevet.Cli.Commands;

/// <summary><c>framevet completion</c>: a script for a shell that asks <c>framevet</c> itself what may come next.</summary>
internal static class CompletionCommand
{
    private static readonly Argument<string> Shell = new("SHELL") { Description = "bash, zsh or pwsh." };

    public static Command Create()
    {
        Shell.AcceptOnlyFromAmong("bash", "zsh", "pwsh");
        var command = new Command("completion", Examples.Below("Print a script that completes words of framevet in a shell.", """
            source <(framevet completion bash)
            framevet completion zsh > ~/.zfunc/_framevet
            framevet completion pwsh | Out-String | Invoke-Expression
            """)) { Shell };
        command.SetAction(parsed =>
        {
            Console.WriteLine(parsed.GetValue(Shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                _ => Pwsh,
            });
            return (int)ExitCode.Clean;
        });
        return command;
    }

    private const string Bash = """
        _framevet() {
          local word="${COMP_WORDS[COMP_CWORD]}" line
          COMPREPLY=()
          while IFS= read -r line; do
            case "$line" in "$word"*) COMPREPLY+=("$line") ;; esac
          done < <(framevet "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
          [ ${#COMPREPLY[@]} -gt 0 ] || compopt -o default 2>/dev/null
        }
        complete -F _framevet framevet
        """;

    private const string Zsh = """
        #compdef framevet
        _framevet() {
          local -a found
          found=("${(@f)$(framevet "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
          found=("${(@)found:#}")
          if (( ${#found} )); then compadd -- "${found[@]}"; else _files; fi
        }
        compdef _framevet framevet
        """;

    private const string Pwsh = """
        Register-ArgumentCompleter -Native -CommandName framevet -ScriptBlock {
          param($word, $ast, $position)
          framevet "[suggest:$position]" "$ast" 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
          }
        }
        """;
}
