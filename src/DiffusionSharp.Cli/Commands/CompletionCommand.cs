using System.CommandLine;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Session;

namespace DiffusionSharp.Cli.Commands;

/// <summary><c>diffusion completion</c>: a script that makes a shell complete commands, options and their values.</summary>
internal static class CompletionCommand
{
    // The scripts ask the command itself, by its [suggest] directive: the line so far, and where the cursor stands in it. Options are
    // offered where a dash was typed, so that files can be completed where none was.
    private static readonly Choice<string> Scripts = new(
        ("bash", """
            _diffusion() {
                local word="${COMP_WORDS[COMP_CWORD]}"
                local found="$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)"
                mapfile -t COMPREPLY < <(compgen -W "$found" -- "$word" | if [[ $word == -* ]]; then cat; else grep -v '^-'; fi)
            }
            complete -o bashdefault -o default -F _diffusion diffusion
            """, "source <(diffusion completion bash), in ~/.bashrc"),
        ("zsh", """
            #compdef diffusion
            _diffusion() {
                local -a found
                found=("${(@f)$("${words[1]}" "[suggest:${#BUFFER}]" "$BUFFER" 2>/dev/null)}")
                found=(${found:#})
                if [[ $PREFIX != -* ]]; then found=(${found:#-*}); fi
                if (( ${#found} )); then compadd -a found; fi
                _files
            }
            compdef _diffusion diffusion
            """, "source <(diffusion completion zsh), in ~/.zshrc after compinit"),
        ("fish", """
            function __diffusion_complete
                set -l line (commandline -cp)
                set -l words (commandline -opc)
                $words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete -c diffusion -a "(__diffusion_complete)"
            """, "diffusion completion fish | source, in ~/.config/fish/config.fish"),
        ("pwsh", """
            Register-ArgumentCompleter -Native -CommandName diffusion -ScriptBlock {
                param($word, $ast, $cursor)
                $line = $ast.ToString().PadRight($cursor)
                $found = & $ast.CommandElements[0].Value "[suggest:$cursor]" $line 2>$null
                $found | Where-Object { $_ -like "$word*" -and ($word -like '-*' -or $_ -notlike '-*') } | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }
            """, "diffusion completion pwsh | Out-String | Invoke-Expression, in $PROFILE"));

    /// <summary>How each shell takes its script.</summary>
    public static IReadOnlyList<string> Examples { get; } = [.. Scripts.Entries.Select(s => s.Description)];

    /// <summary>The command with its argument.</summary>
    public static Command Create(CommandContext context)
    {
        var shell = new Argument<string>("SHELL") { Description = $"{Scripts.Names}." };
        shell.CompletionSources.Add([.. Scripts.Entries.Select(s => s.Name)]);
        var command = new Command("completion", "Write a script that completes commands, options and values in a shell.") { shell };
        command.SetAction(parse =>
        {
            var asked = parse.GetValue(shell)!;
            if (!Scripts.TryFind(asked, out var script)) throw new UsageException($"completion: {Scripts.Unknown(asked)}");
            context.Console.Out.Write(script.ReplaceLineEndings("\n") + "\n");
            return ExitCode.Success;
        });
        return command;
    }
}
