using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DiffusionSharp.House.Tests;

/// <summary>What documentation files say of parameters.</summary>
internal static partial class ParameterComments
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Assembly, Dictionary<string, XElement>?> Files = [];

    /// <summary>"Type.Member: parameter" for each that can be given from outside and is not explained.</summary>
    /// <param name="assembly">Its documentation lies beside it.</param>
    public static IReadOnlyList<string> Unexplained(Assembly assembly)
    {
        if (Read(assembly) is null) throw new FileNotFoundException($"{assembly.GetName().Name} has no documentation beside it.");
        return Unexplained(assembly.GetTypes().Where(IsSeen));
    }

    /// <inheritdoc cref="Unexplained(Assembly)"/>
    /// <param name="types">The types to look at.</param>
    public static IReadOnlyList<string> Unexplained(IEnumerable<Type> types) =>
    [
        .. from type in types
           from member in Members(type)
           from parameter in Parameters(member)
           where !IsExplained(member, parameter.Position)
           select $"{Called(member)}: {parameter.Name}",
    ];

    /// <summary>Whether a comment explains a parameter: in words that say more than its name.</summary>
    /// <param name="comment">The comment of a member.</param>
    /// <param name="parameter">Name of the parameter.</param>
    public static bool Explains(XElement comment, string parameter)
    {
        var element = comment.Elements("param").FirstOrDefault(p => p.Attribute("name")?.Value == parameter);
        if (element is null) return false;
        if (element.Elements().Any() || Shape().IsMatch(element.Value)) return true;
        var words = Word().Matches(element.Value);
        return words.Count > 1 && words.Any(w => !Names(parameter).IsMatch(w.Value));
    }

    /// <summary>A type's own members that take parameters from outside; a delegate is one itself.</summary>
    /// <remarks>Operators say what they take by their sign; what the compiler adds to a record nobody could comment on.</remarks>
    /// <param name="type">Any type.</param>
    public static IEnumerable<MemberInfo> Members(Type type) => typeof(Delegate).IsAssignableFrom(type)
        ? [type]
        : type.GetMembers(Declared).Where(m => !m.IsDefined(typeof(CompilerGeneratedAttribute)) && m switch
        {
            ConstructorInfo constructor => IsSeen(constructor),
            MethodInfo method => IsSeen(method) && !method.IsSpecialName,
            PropertyInfo property => IsSeen(property.GetMethod) || IsSeen(property.SetMethod),
            _ => false,
        });

    /// <summary>The name by which documentation files know a member.</summary>
    /// <param name="member">A type, a constructor, a method or a property.</param>
    public static string Id(MemberInfo member)
    {
        if (member is Type type) return $"T:{Name(type)}";
        var kind = member is PropertyInfo ? 'P' : 'M';
        var generic = member is MethodInfo { IsGenericMethod: true } method ? $"``{method.GetGenericArguments().Length}" : "";
        var parameters = string.Join(',', Parameters(member).Select(p => Reference(p.ParameterType)));
        return $"{kind}:{Name(member.DeclaringType!)}.{member.Name.Replace('.', '#')}{generic}{(parameters.Length == 0 ? "" : $"({parameters})")}";
    }

    private static bool IsSeen(Type type) => type.DeclaringType is { } outer
        ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsSeen(outer)
        : type.IsPublic;

    private static bool IsSeen(MethodBase? method) => method is not null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);

    private static ParameterInfo[] Parameters(MemberInfo member) => member switch
    {
        Type type => type.GetMethod("Invoke")!.GetParameters(),
        PropertyInfo property => property.GetIndexParameters(),
        MethodBase method => method.GetParameters(),
        _ => [],
    };

    private static bool IsExplained(MemberInfo member, int position)
    {
        // Who inherits from what is not ours inherits its comments.
        if (Read(member.Module.Assembly) is not { } comments) return true;
        if (!comments.TryGetValue(Id(member), out var comment)) return false;
        var name = Parameters(member)[position].Name!;
        if (Explains(comment, name)) return true;
        if (comment.Element("inheritdoc") is not { } inherited) return false;
        if (inherited.Attribute("cref")?.Value is not { } other) return Bases(member).Any(b => IsExplained(b, position));
        return !IsOurs(other[2..]) || (Find(other, member.Module.Assembly) is { } there && Explains(there, name));
    }

    private static bool IsOurs(string name) => name.StartsWith("DiffusionSharp", StringComparison.Ordinal);

    private static XElement? Find(string id, Assembly from) => from.GetReferencedAssemblies()
        .Where(a => IsOurs(a.Name!)).Select(Assembly.Load).Prepend(from)
        .Select(a => Read(a)?.GetValueOrDefault(id)).FirstOrDefault(c => c is not null);

    // The member of a base class or of an interface that this one stands for.
    private static IEnumerable<MemberInfo> Bases(MemberInfo member)
    {
        var type = member.DeclaringType!;
        if (member is ConstructorInfo constructor)
            return type.BaseType?.GetConstructor(Declared, [.. constructor.GetParameters().Select(p => p.ParameterType)]) is { } above ? [Plain(above)] : [];
        var accessor = member is PropertyInfo property ? (property.GetMethod ?? property.SetMethod)! : (MethodInfo)member;
        var found = new List<MethodInfo>();
        for (var at = type.BaseType; at is not null; at = at.BaseType)
            found.AddRange(at.GetMethods(Declared).Where(m => m.IsVirtual && m.GetBaseDefinition() == accessor.GetBaseDefinition()));
        foreach (var contract in type.IsInterface ? [] : type.GetInterfaces())
        {
            var map = type.GetInterfaceMap(contract);
            found.AddRange(map.InterfaceMethods.Where((_, i) => map.TargetMethods[i] == accessor));
        }

        return found.Select(m => Plain(member is PropertyInfo ? PropertyOf(m) : m));
    }

    private static PropertyInfo PropertyOf(MethodInfo accessor) =>
        accessor.DeclaringType!.GetProperties(Declared).First(p => p.GetMethod == accessor || p.SetMethod == accessor);

    // As it was written, with the type's own parameters.
    private static MemberInfo Plain(MemberInfo member) => member.DeclaringType is { IsConstructedGenericType: true } made
        ? made.GetGenericTypeDefinition().GetMembers(Declared).First(m => m.MetadataToken == member.MetadataToken)
        : member;

    private static string Called(MemberInfo member) => member switch
    {
        Type type => Name(type),
        ConstructorInfo => $"new {Name(member.DeclaringType!)}",
        _ => $"{Name(member.DeclaringType!)}.{member.Name}",
    };

    private static string Name(Type type) => type.DeclaringType is { } outer ? $"{Name(outer)}.{type.Name}" : $"{type.Namespace}.{type.Name}";

    private static string Reference(Type type)
    {
        if (type.IsByRef) return Reference(type.GetElementType()!) + "@";
        if (type.IsPointer) return Reference(type.GetElementType()!) + "*";
        if (type.IsArray)
        {
            var rank = type.GetArrayRank();
            return $"{Reference(type.GetElementType()!)}[{(rank == 1 ? "" : string.Join(',', Enumerable.Repeat("0:", rank)))}]";
        }

        if (type.IsGenericParameter)
            return string.Create(CultureInfo.InvariantCulture, $"{(type.DeclaringMethod is null ? "`" : "``")}{type.GenericParameterPosition}");
        return Reference(type, type.GetGenericArguments());
    }

    // A nested type has the arguments of the types around it, before its own.
    private static string Reference(Type type, Type[] arguments)
    {
        var outer = type.DeclaringType;
        var outers = outer?.GetGenericArguments().Length ?? 0;
        var own = arguments[outers..];
        var before = outer is null ? $"{type.Namespace}." : $"{Reference(outer, arguments[..outers])}.";
        if (own.Length == 0) return before + type.Name;
        var plain = type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)];
        return $"{before}{plain}{{{string.Join(',', own.Select(Reference))}}}";
    }

    private static Dictionary<string, XElement>? Read(Assembly assembly)
    {
        lock (Files)
        {
            if (Files.TryGetValue(assembly, out var known)) return known;
            var file = Path.ChangeExtension(assembly.Location, ".xml");
            return Files[assembly] = File.Exists(file) ? XDocument.Load(file).Descendants("member").ToDictionary(m => m.Attribute("name")!.Value) : null;
        }
    }

    private static Regex Names(string parameter) => new($"^({Regex.Escape(parameter)}|the|a|an)$", RegexOptions.IgnoreCase);

    // A shape, a range or a number says something in one word.
    [GeneratedRegex(@"[\[\d≥≤<>]")]
    private static partial Regex Shape();

    [GeneratedRegex(@"\p{L}+")]
    private static partial Regex Word();
}
