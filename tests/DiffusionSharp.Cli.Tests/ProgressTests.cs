using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;

namespace DiffusionSharp.Cli.Tests;

public sealed class ProgressTests : IDisposable
{
    private const string Clear = "\u001b[K";

    private readonly StringWriter output = new();
    private readonly StringWriter error = new();
    private readonly ManualClock clock = new();

    public void Dispose()
    {
        output.Dispose();
        error.Dispose();
    }

    [Fact]
    public void A_log_hears_after_three_seconds_and_then_never_less_than_every_half_minute_however_long_a_step_takes()
    {
        using var display = new ProgressDisplay(Console(terminal: false), clock, "training");
        display.Report(0, 100);
        var heard = new List<int>();
        for (var second = 1; second <= 140; second++)
        {
            var before = Lines().Length;
            clock.Pass(1);
            if (Lines().Length > before) heard.Add(second);
        }

        Assert.Equal([3, 9, 21, 45, 75, 105, 135], heard);
        Assert.Equal("training:   0/100, 3.0 s", Lines()[0]);
    }

    [Fact]
    public void A_line_says_how_far_the_work_is_how_fast_and_how_long_it_takes_yet()
    {
        using var display = new ProgressDisplay(Console(terminal: false), clock, "training", unit: "samples", perStep: 64);
        display.Report(1000, 8000);
        clock.Pass(2);
        display.Report(1100, 8000, "loss 0.1234");
        clock.Pass(1);
        Assert.Equal("training: 1,100/8,000, loss 0.1234, 3,200 samples/s, 2 min 18 s left", Lines()[^1]);
    }

    [Fact]
    public void A_terminal_sees_a_bar_of_its_width_at_most_four_times_a_second_and_nothing_of_it_in_the_end()
    {
        var display = new ProgressDisplay(Console(terminal: true, width: 60), clock, "sampling");
        for (var step = 0; step <= 40; step++)
        {
            display.Report(step, 40);
            clock.Pass(0.25);
            display.Report(step, 40);
        }

        display.Dispose();
        var drawn = error.ToString().Split('\r')[1..^1];
        Assert.InRange(drawn.Length, 30, 41);
        Assert.All(drawn, line => Assert.InRange(line.Replace(Clear, "", StringComparison.Ordinal).Length, 1, 59));
        Assert.Contains(drawn, line => line.Contains('━', StringComparison.Ordinal));
        Assert.EndsWith("\r" + Clear, error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", output.ToString());
    }

    [Fact]
    public void An_activity_stands_in_the_place_of_the_rate_and_a_note_above_the_bar()
    {
        using var display = new ProgressDisplay(Console(terminal: true), clock, "training");
        display.Report(3, 9);
        display.Activity("writing a checkpoint");
        clock.Pass(1);
        Assert.EndsWith(" 3/9  writing a checkpoint  1.0 s" + Clear, error.ToString(), StringComparison.Ordinal);
        var bar = error.ToString().Split('\r')[^1];
        display.Note("warning: too long");
        Assert.EndsWith($"\r{Clear}warning: too long{Environment.NewLine}\r{bar}", error.ToString(), StringComparison.Ordinal);
        display.Result("done");
        Assert.Equal($"done{Environment.NewLine}", output.ToString());
    }

    [Fact]
    public void A_narrow_terminal_loses_the_bar_before_the_numbers()
    {
        using var display = new ProgressDisplay(Console(terminal: true, width: 30), clock, "training");
        display.Report(3, 9, "loss 0.1234");
        clock.Pass(1);
        Assert.Equal($"\rtraining  3/9  loss 0.1234  …{Clear}", error.ToString());
    }

    [Fact]
    public void Colours_are_left_out_where_they_are_not_wanted()
    {
        using (var plain = new ProgressDisplay(Console(terminal: true), clock, "training"))
        {
            plain.Report(3, 9);
            clock.Pass(1);
        }

        Assert.DoesNotContain("\u001b[3", error.ToString(), StringComparison.Ordinal);
        using var display = new ProgressDisplay(Console(terminal: true, colour: true), clock, "training");
        display.Report(3, 9);
        clock.Pass(1);
        Assert.Contains("\u001b[32m━", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_a_program_reads_nothing_is_shown()
    {
        using var display = new ProgressDisplay(Console(terminal: false), clock, "training", quiet: true);
        display.Report(3, 9);
        display.Note("warning: too long");
        clock.Pass(100);
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public void A_stop_is_answered_at_once_and_not_when_the_step_ends()
    {
        using var stop = new CancellationTokenSource();
        var context = new CommandContext(new CommandConsole(output, error, IsTerminal: false), clock, stop.Token);
        using var display = new ProgressDisplay(context.Console, context.Clock, "training");
        using var answer = DiffusionCommand.Answer(["train"], context);
        stop.Cancel();
        Assert.Equal($"stopping after this step, with a checkpoint; Ctrl-C again to stop now{Environment.NewLine}", error.ToString());
    }

    [Theory]
    [InlineData(64, 2, "note: --threads: 64 were asked for, this machine has 2; 2 are used.")]
    [InlineData(2, 2, "")]
    [InlineData(null, 2, "")]
    public void More_threads_than_processors_are_not_taken_and_a_note_says_so(int? asked, int used, string note)
    {
        var context = new CommandContext(new CommandConsole(output, error, IsTerminal: false), clock, CancellationToken.None, Processors: 2);
        Assert.Equal(used, context.Threads(asked));
        Assert.Equal(note, error.ToString().TrimEnd());
    }

    private CommandConsole Console(bool terminal, int width = 100, bool colour = false) =>
        new(output, error, terminal) { Width = width, Colour = colour };

    private string[] Lines() => error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
}
