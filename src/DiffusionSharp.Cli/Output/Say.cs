using System.Globalization;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cli.Output;

/// <summary>Quantities in words for people; the same in every culture.</summary>
internal static class Say
{
    /// <summary>A number of bytes in the largest fitting unit.</summary>
    public static string Bytes(double bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var unit = 0;
        for (; bytes >= 1024 && unit < units.Length - 1; unit++) bytes /= 1024;
        return $"{bytes.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture)} {units[unit]}";
    }

    /// <summary>A number of things with its digits in groups.</summary>
    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A duration in its two largest units.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 0 or double.NaN => "0 s",
        < 9.95 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
        < 59.5 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 60):0} min {Math.Floor(seconds % 60):00} s"),
        < 86400 => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 3600):0} h {Math.Floor(seconds % 3600 / 60):00} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 86400):0} d {Math.Floor(seconds % 86400 / 3600):00} h"),
    };

    /// <summary>A rate such as samples a second: whole where large.</summary>
    public static string Rate(double rate) => rate.ToString(rate >= 100 ? "#,0" : "0.0", CultureInfo.InvariantCulture);

    /// <summary>A value of an enumeration as a word.</summary>
    public static string Word(Enum value) => value.ToString().ToLowerInvariant();

    /// <summary>About how long, in the one unit that fits: "3 min", "12 h", "5 days".</summary>
    public static string About(double seconds)
    {
        const double minute = 60, hour = 60 * minute, day = 24 * hour, month = 30 * day;
        return seconds switch
        {
            < 100 * minute => Unit(minute, "min"),
            < 36 * hour => Unit(hour, "h"),
            < 2 * month => Unit(day, "days"),
            _ => Unit(month, "months"),
        };

        string Unit(double size, string name) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Round(seconds / size)):0} {name}");
    }

    /// <summary>The first of some names, with a mark where there are more.</summary>
    public static string Names(IReadOnlyList<string> names)
    {
        const int most = 20;
        return string.Join(", ", names.Take(most)) + (names.Count > most ? ", …" : "");
    }

    /// <summary>A real number to a few digits.</summary>
    public static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);

    /// <summary>The shape of one sample: 28×28×1, or a number of values.</summary>
    public static string Sample(Shape shape) => shape.Rank == 3 ? $"{shape[0]}×{shape[1]}×{shape[2]}" : $"{shape.Count} values";

    /// <summary>A path as a shell takes it.</summary>
    public static string Quoted(string path)
    {
        var plain = path.All(c => char.IsLetterOrDigit(c) || "-_./\\:~+=,".Contains(c, StringComparison.Ordinal));
        return plain && path.Length > 0 ? path : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
