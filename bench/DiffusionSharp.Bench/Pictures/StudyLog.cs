using System.Globalization;

namespace DiffusionSharp.Bench.Pictures;

/// <summary>Plain lines with the time of day and the time since the process began.</summary>
internal static class StudyLog
{
    private static readonly long Begun = TimeProvider.System.GetTimestamp();

    public static double Seconds => TimeProvider.System.GetElapsedTime(Begun).TotalSeconds;

    public static void Line(string text) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss} +{Seconds,6:0} s  {text}"));

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
