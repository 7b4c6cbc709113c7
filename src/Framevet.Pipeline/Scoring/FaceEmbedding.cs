using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// A vector of length 1 that says what a face (or a picture) looks like to one model; vectors of different models cannot be compared. Written as base64 of half-precision
/// numbers, which moves a similarity by less than 0.001. Equal when the numbers are.
/// </summary>
[JsonConverter(typeof(Json))]
public sealed class FaceEmbedding : IEquatable<FaceEmbedding>
{
    // More numbers than any known model gives.
    private const int MaxLength = 8192;

    private readonly ImmutableArray<float> _values;

    private FaceEmbedding(ImmutableArray<float> values) => _values = values;

    /// <summary>The numbers, of length 1 together.</summary>
    public ReadOnlySpan<float> Values => _values.AsSpan();

    /// <summary>The direction of what a model gave, at the precision in which it is kept; null when it has none (zeros, or not finite).</summary>
    public static FaceEmbedding? Of(ReadOnlySpan<float> raw)
    {
        var length = TensorPrimitives.Norm(raw);
        if (raw.IsEmpty || !float.IsFinite(length) || length <= 0)
        {
            return null;
        }

        var values = new float[raw.Length];
        for (var i = 0; i < raw.Length; i++)
        {
            values[i] = (float)(Half)(raw[i] / length);
        }

        return new FaceEmbedding([.. values]);
    }

    /// <summary>Reads what <see cref="ToString"/> writes; null when it is something else.</summary>
    public static FaceEmbedding? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaxLength * 3)
        {
            return null;
        }

        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text.Trim(), bytes, out var written) || written == 0 || written % 2 != 0)
        {
            return null;
        }

        var values = new float[written / 2];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes.AsSpan(2 * i));
        }

        var length = TensorPrimitives.Norm(values);
        return Math.Abs(length - 1) < 0.05f ? new FaceEmbedding([.. values]) : null;
    }

    /// <summary>Cosine of the angle between both: 1 the same, around 0 nothing in common; null when they are of different models.</summary>
    public float? Similarity(FaceEmbedding other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return _values.Length == other._values.Length ? Math.Clamp(TensorPrimitives.CosineSimilarity(Values, other.Values), -1, 1) : null;
    }

    /// <summary>Base64 of the numbers as little-endian half precision.</summary>
    public override string ToString()
    {
        var bytes = new byte[_values.Length * 2];
        for (var i = 0; i < _values.Length; i++)
        {
            BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(2 * i), (Half)_values[i]);
        }

        return Convert.ToBase64String(bytes);
    }

    /// <inheritdoc/>
    public bool Equals(FaceEmbedding? other) => other is not null && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FaceEmbedding);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_values.Length, _values[0], _values[^1]);

    private sealed class Json : JsonConverter<FaceEmbedding>
    {
        public override FaceEmbedding Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(reader.GetString()) ?? throw new JsonException("Not an embedding.");

        public override void Write(Utf8JsonWriter writer, FaceEmbedding value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
