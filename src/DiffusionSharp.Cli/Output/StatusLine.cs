namespace DiffusionSharp.Cli.Output;

/// <summary>The last line of a terminal, drawn over and over; what else is written goes above it. Safe to use from many threads.</summary>
internal sealed class StatusLine(TextWriter output, bool terminal)
{
    private const string ToStart = "\r", ClearToEnd = "\u001b[K";

    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(200);

    private readonly Lock gate = new();
    private string drawn = "";

    /// <summary>Draws the line, in place of the one before.</summary>
    public void Draw(string line)
    {
        lock (gate)
        {
            if (!terminal || line == drawn) return;
            output.Write(ToStart + line + ClearToEnd);
            output.Flush();
            drawn = line;
        }
    }

    /// <summary>Writes a line of its own, above.</summary>
    public void Print(string line) => Above(() =>
    {
        output.WriteLine(line);
        output.Flush();
    });

    /// <summary>Writes while the line is away, so that another stream of the same terminal is not mixed with it.</summary>
    public void Above(Action write)
    {
        lock (gate)
        {
            var line = drawn;
            Clear();
            write();
            if (line.Length > 0) Draw(line);
        }
    }

    /// <summary>Takes the line away and leaves the cursor where it began.</summary>
    public void Clear()
    {
        lock (gate)
        {
            if (drawn.Length == 0) return;
            output.Write(ToStart + ClearToEnd);
            output.Flush();
            drawn = "";
        }
    }

    /// <summary>Takes the line away for the last time, before the process ends; waits for no writer that hangs.</summary>
    public void Leave()
    {
        if (!gate.TryEnter(LongestWait)) return;
        try
        {
            Clear();
        }
        finally
        {
            gate.Exit();
        }
    }
}
