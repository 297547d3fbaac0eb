using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace DiffusionSharp.Training.Recipes;

/// <summary>A record that is read or written as one flat object, whatever records its parts are grouped into.</summary>
/// <typeparam name="T">The record.</typeparam>
/// <param name="value">As far as it is known.</param>
internal sealed class Draft<T>(T value)
{
    /// <summary>The record as far as it is known.</summary>
    public T Value { get; set; } = value;

    /// <summary>How it is read and written: the keys in their order.</summary>
    /// <param name="options">Of all of the file.</param>
    /// <param name="blank">The record that a file without keys means.</param>
    /// <param name="keys">All of them.</param>
    public static JsonTypeInfo<Draft<T>> Json(JsonSerializerOptions options, Func<T> blank, IReadOnlyList<DraftKey<T>> keys) =>
        JsonMetadataServices.CreateObjectInfo(
        options,
        new JsonObjectInfoValues<Draft<T>>
        {
            ObjectCreator = () => new Draft<T>(blank()),
            PropertyMetadataInitializer = _ => [.. keys.Select(k => k.Property(options))],
        });
}

/// <summary>A key of a <see cref="Draft{T}"/>.</summary>
/// <typeparam name="T">The record.</typeparam>
internal abstract class DraftKey<T>
{
    /// <summary>How the key is read and written.</summary>
    /// <param name="options">Of all of the file.</param>
    public abstract JsonPropertyInfo Property(JsonSerializerOptions options);
}

/// <summary>A key of a <see cref="Draft{T}"/> and its value.</summary>
/// <typeparam name="T">The record.</typeparam>
/// <typeparam name="TValue">Type of the value.</typeparam>
/// <param name="name">As it is written.</param>
/// <param name="get">The value of a record.</param>
/// <param name="with">A record with another value.</param>
internal sealed class DraftKey<T, TValue>(string name, Func<T, TValue> get, Func<T, TValue, T> with) : DraftKey<T>
{
    /// <summary>Whether a file without it is refused, and so is null.</summary>
    public bool IsNeeded { get; init; }

    /// <summary>Whether it is written although it is null.</summary>
    public bool IsAlwaysWritten { get; init; }

    /// <inheritdoc/>
    public override JsonPropertyInfo Property(JsonSerializerOptions options)
    {
        var property = JsonMetadataServices.CreatePropertyInfo(options, new JsonPropertyInfoValues<TValue>
        {
            IsProperty = true,
            IsPublic = true,
            DeclaringType = typeof(Draft<T>),
            PropertyName = name,
            JsonPropertyName = name,
            IgnoreCondition = IsAlwaysWritten ? JsonIgnoreCondition.Never : null,
            Getter = draft => get(((Draft<T>)draft).Value),
            Setter = (draft, value) => ((Draft<T>)draft).Value = with(((Draft<T>)draft).Value, value!),
        });
        property.IsRequired = IsNeeded;
        if (IsNeeded) property.IsSetNullable = false;
        return property;
    }
}
