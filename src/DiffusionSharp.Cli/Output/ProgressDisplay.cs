namespace DiffusionSharp.Cli.Output;

/// <summary>Shows long work on the error stream.</summary>
/// <remarks>
/// A line drawn in place at a terminal, plain lines now and then elsewhere, nothing where a program reads. A timer draws as well as the reports do,
/// so that a long step or activity never looks like a standstill. Disposing takes the line away.
/// </remarks>
internal sealed class ProgressDisplay : IDisposable
{
    // At a terminal as fast as numbers can be read; elsewhere at lengthening gaps, but never a silent minute.
    private const double TerminalSeconds = 0.25, FirstSeconds = 3, MostSeconds = 30;

    private readonly CommandConsole console;
    private readonly TimeProvider clock;
    private readonly string name;
    private readonly ProgressPace pace;
    private readonly bool quiet;
    private readonly long begun;
    private readonly ITimer? timer;
    private readonly Lock gate = new();
    private ProgressState state;
    private double shown;
    private double gap;
    private bool ended;

    /// <summary>Begins to show.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="clock">For rates and times shown.</param>
    /// <param name="name">What is done, in one word: "training".</param>
    /// <param name="quiet">Shows nothing.</param>
    /// <param name="unit">What the rate counts; null shows neither rate nor time left.</param>
    /// <param name="perStep">Units of one step.</param>
    public ProgressDisplay(
        CommandConsole console, TimeProvider clock, string name, bool quiet = false, string? unit = "steps", double perStep = 1)
    {
        (this.console, this.clock, this.name, this.quiet) = (console, clock, name, quiet);
        (begun, pace) = (clock.GetTimestamp(), new ProgressPace(unit, perStep));
        gap = console.IsTerminal ? TerminalSeconds : FirstSeconds;
        if (quiet) return;
        var period = TimeSpan.FromSeconds(console.IsTerminal ? TerminalSeconds : 1);
        timer = clock.CreateTimer(_ => Look(), null, period, period);
    }

    /// <summary>Seconds since the beginning.</summary>
    public double Seconds => clock.GetElapsedTime(begun).TotalSeconds;

    /// <summary>Says how far the work is.</summary>
    /// <param name="done">Steps done.</param>
    /// <param name="total">Steps in all; 0 where nobody knows.</param>
    /// <param name="text">What else there is to say, such as the loss.</param>
    /// <param name="secondsLeft">Where the work itself knows; null: by the rate.</param>
    public void Report(long done, long total, string text = "", double? secondsLeft = null)
    {
        if (quiet) return;
        lock (gate)
        {
            (state, var seconds) = (state with { Done = done, Total = total, Text = text, SecondsLeft = secondsLeft }, Seconds);
            pace.Add(done, seconds);
            Show(seconds);
        }
    }

    /// <summary>Names what is being done beside the steps: "drawing a sheet of samples"; empty where it is over.</summary>
    public void Activity(string text)
    {
        if (quiet) return;
        lock (gate)
        {
            state = state with { Activity = text };
            if (text.Length > 0) Show(Seconds);
        }
    }

    /// <summary>Writes a line that stays, above what is drawn.</summary>
    public void Note(string line)
    {
        if (!quiet) console.Note(line);
    }

    /// <summary>Writes a result while nothing is drawn.</summary>
    public void Result(string line) => console.Status.Above(() =>
    {
        console.Out.WriteLine(line);
        console.Out.Flush();
    });

    /// <summary>Takes what is drawn away.</summary>
    public void Dispose()
    {
        lock (gate) ended = true;
        timer?.Dispose();
        console.Status.Clear();
    }

    // On a thread of the timer, where an error would end the process and what it has learned: a line that cannot be written is not shown.
    private void Look()
    {
        try
        {
            lock (gate) Show(Seconds);
        }
        catch (IOException)
        {
            ended = true;
        }
    }

    private void Show(double seconds)
    {
        if (ended || seconds - shown < gap || state == default) return;
        shown = seconds;
        if (console.IsTerminal)
        {
            console.Status.Draw(ProgressLine.Bar(name, state, pace, seconds, console.Width - 1, console.Colour));
            return;
        }

        gap = Math.Min(2 * gap, MostSeconds);
        console.Status.Print(ProgressLine.Plain(name, state, pace, seconds));
    }
}
