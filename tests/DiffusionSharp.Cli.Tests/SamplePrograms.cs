using DiffusionSharp.TestKit;

namespace DiffusionSharp.Cli.Tests;

/// <summary>The programs of samples/, built together, once, against the libraries that these tests were built with.</summary>
public sealed class SamplePrograms : IAsyncLifetime
{
    private readonly TemporaryFolder built = new();

    /// <summary>Where the programs are.</summary>
    public static string Folder { get; } = Path.Combine(SharedFolder.Repository, "samples");

    /// <summary>Every program by its name.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.EnumerateFiles(Folder, "*.cs").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    public async ValueTask InitializeAsync()
    {
        var here = Path.Combine(AppContext.BaseDirectory, "DiffusionSharp");

        // What `dotnet run samples/X.cs` gives a program of one file: the settings of the repository, and these.
        built.Write("Directory.Build.props", $"""
            <Project>
              <PropertyGroup>
                <FileBasedProgram>true</FileBasedProgram>
                <Features>$(Features);FileBasedProgram</Features>
                <OutputType>Exe</OutputType>
                <UseAppHost>false</UseAppHost>
                <UseSharedCompilation>false</UseSharedCompilation>
                <EnableDefaultCompileItems>false</EnableDefaultCompileItems>
              </PropertyGroup>
              <Import Project="{Path.Combine(SharedFolder.Repository, "Directory.Build.props")}" />
              <ItemGroup>
                <Compile Include="{Path.Combine(Folder, "$(MSBuildProjectName).cs")}" />
                <Reference Include="{here}*.dll" Exclude="{here}.*Test*.dll" />
                <Reference Include="{Path.Combine(AppContext.BaseDirectory, "System.Numerics.Tensors.dll")}" />
              </ItemGroup>
            </Project>
            """);
        foreach (var name in Names) built.Write($"{name}/{name}.csproj", """<Project Sdk="Microsoft.NET.Sdk" />""");
        var projects = Names.Select(name => $"""<Project Path="{name}/{name}.csproj" />""");
        built.Write("samples.slnx", $"<Solution>{string.Concat(projects)}</Solution>");
        using var build = Diffusion.StartProcess("dotnet", "build", built["samples.slnx"], "-c", Diffusion.Configuration());
        var outcome = await Diffusion.End(build);
        Assert.True(outcome.Code == 0, outcome.Out + outcome.Error);
    }

    public ValueTask DisposeAsync()
    {
        built.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> Run(string name, params string[] arguments)
    {
        using var run = Diffusion.StartProcess("dotnet", [built[name, "bin", Diffusion.Configuration(), "net10.0", $"{name}.dll"], .. arguments]);
        var outcome = await Diffusion.End(run);
        Assert.True(outcome is { Code: 0, Error: "" }, $"{name}: {outcome.Code}\n{outcome.Out}{outcome.Error}");
        return outcome.Out;
    }
}
