namespace DiffusionSharp.Cli.Output;

/// <summary>Progress in one line of text.</summary>
internal static class ProgressLine
{
    private const int LongestBar = 30, ShortestBar = 8;
    private const char Full = '━';

    /// <summary>For a log: "training: 1,200 of 8,000 steps, loss 0.1, 5,120 samples/s, 2 min 10 s left (drawing a sheet)".</summary>
    public static string Plain(string name, ProgressState state, ProgressPace pace, double seconds) =>
        $"{name}: {string.Join(", ", Parts(state, pace, seconds))}";

    /// <summary>For a terminal: a bar between name and numbers, as wide as the line has room for; never wider than the line.</summary>
    public static string Bar(string name, ProgressState state, ProgressPace pace, double seconds, int width, bool colour)
    {
        var words = string.Join("  ", Parts(state, pace, seconds));
        var room = Math.Min(LongestBar, width - name.Length - words.Length - 2);
        if (state.Total <= 0 || room < ShortestBar) return Fitting($"{name}  {words}", width);
        var full = (int)(Math.Clamp((double)state.Done / state.Total, 0, 1) * room);
        return $"{name} {Ink.Done(new string(Full, full), colour)}{Ink.Rest(new string(colour ? Full : ' ', room - full), colour)} {words}";
    }

    private static IEnumerable<string> Parts(ProgressState state, ProgressPace pace, double seconds)
    {
        if (state.Total > 0) yield return $"{Say.Count(state.Done).PadLeft(Say.Count(state.Total).Length)}/{Say.Count(state.Total)}";
        if (!string.IsNullOrEmpty(state.Text)) yield return state.Text;

        // What is being done beside the steps makes their rate meaningless while it lasts.
        var idle = string.IsNullOrEmpty(state.Activity);
        foreach (var part in idle ? [pace.Rate, Left(state, pace)] : new[] { state.Activity! })
            if (part.Length > 0) yield return part;
        if (!idle || state.Total <= 0 || pace.Left(1).Length == 0) yield return Say.Duration(seconds);
    }

    private static string Left(ProgressState state, ProgressPace pace) =>
        state.SecondsLeft is { } known ? $"{Say.Duration(known)} left" : pace.Left(state.Total - state.Done);

    private static string Fitting(string line, int width) => line.Length <= width ? line : width < 1 ? "" : line[..(width - 1)] + "…";
}
