using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Framevet.Pipeline.Recipes;

/// <summary>
/// Which classes of an assembly are parts, by their ids, read from its tables: no class is loaded for it but those that somebody asks for. Asking every class itself for its attributes
/// and its constructor takes longer than scoring a short clip, and loads libraries that no part of most recipes wants. Thread-safe.
/// </summary>
internal sealed class PartIndex
{
    private readonly Module _module;
    private readonly Dictionary<string, ImmutableArray<int>> _tokens = new(StringComparer.Ordinal);

    private PartIndex(Module module) => _module = module;

    /// <summary>The parts of the assembly that defines <see cref="PartAttribute"/>; null where its tables cannot be read in memory.</summary>
    public static unsafe PartIndex? Read()
    {
        var assembly = typeof(PartAttribute).Assembly;
        if (!assembly.TryGetRawMetadata(out var tables, out var length))
        {
            return null;
        }

        var index = new PartIndex(assembly.ManifestModule);
        var reader = new MetadataReader(tables, length);
        var makers = typeof(PartAttribute).GetConstructors().Select(c => c.MetadataToken).ToArray();
        foreach (var handle in reader.CustomAttributes)
        {
            var attribute = reader.GetCustomAttribute(handle);
            if (attribute.Constructor.Kind == HandleKind.MethodDefinition && attribute.Parent.Kind == HandleKind.TypeDefinition && makers.Contains(MetadataTokens.GetToken(attribute.Constructor)))
            {
                index.Add(First(reader.GetBlobReader(attribute.Value)), MetadataTokens.GetToken(attribute.Parent));
            }
        }

        return index;
    }

    /// <summary>All ids.</summary>
    public IEnumerable<string> Ids => _tokens.Keys;

    /// <summary>The classes with this id, of any kind.</summary>
    public IEnumerable<Type> Of(string id) => _tokens.TryGetValue(id, out var tokens) ? tokens.Select(t => _module.ResolveType(t)) : [];

    // ECMA-335, II.23.3: the value begins with 0x0001, then the arguments; the id is the first.
    private static string First(BlobReader value)
    {
        _ = value.ReadUInt16();
        return value.ReadSerializedString() ?? "";
    }

    private void Add(string id, int token) => _tokens[id] = _tokens.TryGetValue(id, out var before) ? before.Add(token) : [token];
}
