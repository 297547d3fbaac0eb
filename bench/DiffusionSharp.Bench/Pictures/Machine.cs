using System.ComponentModel;
using System.Diagnostics;

namespace DiffusionSharp.Bench.Pictures;

/// <summary>What a report says of where it was measured.</summary>
internal static class Machine
{
    /// <summary>The processor's name as the system gives it.</summary>
    public static string Processor
    {
        get
        {
            const string File = "/proc/cpuinfo";
            var line = System.IO.File.Exists(File) ? System.IO.File.ReadLines(File).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
            return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "a processor without a name";
        }
    }

    /// <summary>The commit that is checked out here.</summary>
    public static string Commit
    {
        get
        {
            try
            {
                using var git = Process.Start(new ProcessStartInfo("git", "rev-parse --short HEAD") { RedirectStandardOutput = true, RedirectStandardError = true });
                var text = git?.StandardOutput.ReadToEnd().Trim();
                git?.WaitForExit();
                return string.IsNullOrEmpty(text) ? "unknown" : text;
            }
            catch (Win32Exception)
            {
                return "unknown";
            }
        }
    }
}
