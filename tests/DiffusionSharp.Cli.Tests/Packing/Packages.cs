using System.Diagnostics;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Cli.Tests.Packing;

/// <summary>The packages of what these tests were built with, packed twice.</summary>
public sealed class Packages : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    /// <summary>The version that every package has.</summary>
    public static string Version { get; } = typeof(DiffusionCommand).Assembly.GetName().Version!.ToString(3);

    /// <summary>Where the first pack lies.</summary>
    public string First => folder["first"];

    /// <summary>Where the second pack lies.</summary>
    public string Second => folder["second"];

    /// <summary>The packages of the first pack, without those of symbols.</summary>
    public IReadOnlyList<Package> All => [.. Directory.EnumerateFiles(First, "*.nupkg").Order(StringComparer.Ordinal).Select(f => new Package(f))];

    public async ValueTask InitializeAsync()
    {
        // A debug build names the files of the machine, for its debugger.
        if (Diffusion.Configuration() != "Release") return;
        await Pack(First);
        await Pack(Second);
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs dotnet in a folder, with a folder of restored packages of its own where one is named, and returns what it printed.</summary>
    public static async Task<string> Dotnet(string place, string? restored, params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = place };
        if (restored is not null) info.Environment["NUGET_PACKAGES"] = restored;
        info.Environment["UseSharedCompilation"] = "false";
        using var process = Diffusion.StartProcess(info);
        var outcome = await Diffusion.End(process);
        Assert.True(outcome.Code == 0, $"dotnet {string.Join(' ', arguments)}\n{outcome.Out}{outcome.Error}");
        return outcome.Out;
    }

    private static async Task Pack(string destination)
    {
        var solution = Path.Combine(SharedFolder.Repository, "DiffusionSharp.slnx");
        using var process = Diffusion.StartProcess("dotnet", "pack", solution, "-c", "Release", "--no-build", "-o", destination);
        var outcome = await Diffusion.End(process);
        Assert.True(outcome.Code == 0, outcome.Out + outcome.Error);
    }
}
