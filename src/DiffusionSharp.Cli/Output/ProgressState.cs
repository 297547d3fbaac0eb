namespace DiffusionSharp.Cli.Output;

/// <summary>How far work is.</summary>
/// <param name="Done">Steps done.</param>
/// <param name="Total">Steps in all; 0 where nobody knows.</param>
/// <param name="Text">What else there is to say.</param>
/// <param name="Activity">What is being done beside the steps; empty: nothing.</param>
/// <param name="SecondsLeft">Where the work itself knows; null: by the rate.</param>
internal readonly record struct ProgressState(long Done, long Total, string? Text, string? Activity, double? SecondsLeft);
