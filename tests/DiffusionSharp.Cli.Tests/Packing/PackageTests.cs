using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Cli.Tests.Packing;

/// <summary>What people install: packed, looked into, and used outside the repository.</summary>
public sealed partial class PackageTests : IClassFixture<Packages>, IDisposable
{
    private readonly Packages packages;
    private readonly TemporaryFolder outside = new();

    public PackageTests(Packages packages)
    {
        Assert.SkipUnless(Diffusion.Configuration() == "Release", "Packages are made of the release build.");
        this.packages = packages;
    }

    public void Dispose() => outside.Dispose();

    [Fact]
    public void The_libraries_and_the_command_are_packed_and_nothing_else()
    {
        var projects = Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(f => XDocument.Load(f).Descendants("IsPackable").All(e => e.Value != "false")).Select(f => Path.GetFileNameWithoutExtension(f)).ToList();
        Assert.Contains("DiffusionSharp", projects);
        var expected = projects.Select(p => $"{p}.{Packages.Version}.nupkg")
            .Concat(projects.Where(p => p != "DiffusionSharp.Cli").Select(p => $"{p}.{Packages.Version}.snupkg"));
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(packages.First).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.Equal(["DiffusionSharp.Cli"], packages.All.Where(p => p.IsTool).Select(p => p.Field("id")));
    }

    [Fact]
    public void A_package_brings_its_licence_readme_icon_and_a_description_of_its_own()
    {
        Assert.All(packages.All, p =>
        {
            Assert.Equal(("MIT", "README.md", "icon.png", Packages.Version), (p.Field("license"), p.Field("readme"), p.Field("icon"), p.Field("version")));
            Assert.Contains("diffusion-models", p.Field("tags"), StringComparison.Ordinal);
            Assert.Equal(File.ReadAllBytes(Path.Combine(SharedFolder.Repository, "LICENSE")), p.Read("LICENSE"));
            Assert.Contains("using DiffusionSharp;", p.Text("README.md"), StringComparison.Ordinal);
            var icon = Data.Formats.Png.Decode(p.Read("icon.png"), "icon.png");
            Assert.Equal((128, 128), (icon.Width, icon.Height));
        });
        Assert.Equal(packages.All.Count, packages.All.Select(p => p.Field("description")).Distinct().Count());
    }

    [Fact]
    public void A_library_is_one_assembly_with_its_documentation_and_asks_for_its_neighbours_at_its_own_version()
    {
        Assert.All(packages.All.Where(p => !p.IsTool), p =>
        {
            var id = p.Field("id");
            Assert.Equal(
                [$"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"],
                p.Files().Where(f => f.StartsWith("lib/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
            Assert.NotEmpty(XDocument.Parse(p.Text($"lib/net10.0/{id}.xml")).Descendants("summary"));
            var needed = p.Specification().Descendants().Where(e => e.Name.LocalName == "dependency")
                .ToDictionary(e => e.Attribute("id")!.Value, e => e.Attribute("version")!.Value);
            Assert.All(needed.Where(n => n.Key.StartsWith("DiffusionSharp", StringComparison.Ordinal)), n => Assert.Equal(Packages.Version, n.Value));
            Assert.DoesNotContain(needed.Keys, k => k.Contains("Analyzers", StringComparison.Ordinal));
        });
    }

    [Fact]
    public void No_assembly_or_symbol_names_a_folder_of_the_machine_that_built_it()
    {
        var symbols = Directory.EnumerateFiles(packages.First, "*.snupkg").Select(f => new Package(f)).ToList();
        Assert.All(packages.All.Concat(symbols), p =>
        {
            Assert.NotEmpty(p.Places());
            Assert.All(p.Places(), place => Assert.StartsWith("/_/", place, StringComparison.Ordinal));
            Assert.DoesNotContain(SharedFolder.Repository, p.Specification().ToString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Two_packs_are_the_same_bytes()
    {
        static IEnumerable<string> Hashes(string folder) =>
            Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)
                .Select(f => $"{Path.GetFileName(f)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}");
        Assert.NotEmpty(Hashes(packages.First));
        Assert.Equal(Hashes(packages.First), Hashes(packages.Second));
    }

    [Fact]
    public async Task A_new_program_outside_the_repository_installs_DiffusionSharp_trains_samples_and_saves()
    {
        var others = (await Packages.Dotnet(outside.Path, null, "nuget", "locals", "global-packages", "--list")).Split(": ", 2)[1].Trim();
        outside.Write("nuget.config", $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="packed" value="{packages.First}" />
                <add key="others" value="{others}" />
              </packageSources>
              <packageSourceMapping>
                <clear />
                <packageSource key="packed"><package pattern="DiffusionSharp" /><package pattern="DiffusionSharp.*" /></packageSource>
                <packageSource key="others"><package pattern="*" /></packageSource>
              </packageSourceMapping>
            </configuration>
            """);
        var program = outside["program"];
        await Dotnet(outside.Path, "new", "console", "--no-restore", "--output", program);
        await Dotnet(program, "add", "package", "DiffusionSharp");
        outside.Write("program/Program.cs", ProgramOfTheReadme().Replace("steps: 2_000", "steps: 20", StringComparison.Ordinal));
        await Dotnet(program, "build", "-c", "Release", "-warnaserror");
        Assert.Equal(Packages.Version, Path.GetFileName(Assert.Single(Directory.EnumerateDirectories(outside["restored", "diffusionsharp"]))));

        await Dotnet(program, Path.Combine("bin", "Release", "net10.0", "program.dll"));
        var sheet = Data.Formats.Png.Read(outside["program", "digits.png"]);
        Assert.True(sheet.Width == sheet.Height && sheet.Width > 8 * 16, $"Eight rows of eight digits were expected, not {sheet.Width}×{sheet.Height}.");
        Assert.True(Directory.Exists(outside["program", "runs", "digits", "checkpoints"]));
    }

    [Fact]
    public async Task The_command_is_installed_and_runs()
    {
        await Dotnet(outside.Path, "tool", "install", "DiffusionSharp.Cli", "--tool-path", outside["tools"], "--source", packages.First);
        var command = outside["tools", OperatingSystem.IsWindows() ? "diffusion.exe" : "diffusion"];
        using var version = Diffusion.StartProcess(command, "--version");
        Assert.Equal(new Outcome(0, Packages.Version + Environment.NewLine, ""), await Diffusion.End(version));
        using var list = Diffusion.StartProcess(command, "list", "samplers");
        var listed = await Diffusion.End(list);
        Assert.Equal((0, ""), (listed.Code, listed.Error));
        Assert.Contains("ddim", listed.Out, StringComparison.Ordinal);
    }

    private Task<string> Dotnet(string place, params string[] arguments) => Packages.Dotnet(place, outside["restored"], arguments);

    // The first program that the packages show.
    private string ProgramOfTheReadme()
    {
        var program = CSharp().Match(packages.All[0].Text("README.md")).Groups[1].Value;
        Assert.Contains("steps: 2_000", program, StringComparison.Ordinal);
        return program;
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();
}
