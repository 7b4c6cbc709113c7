using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Framevet.Pipeline.Models;

/// <summary>Terms of a model's weights.</summary>
public sealed record ModelLicence
{
    /// <summary>SPDX id, or a name of our own for terms without one.</summary>
    public required string Id { get; init; }

    /// <summary>One plain sentence: what it allows and what it asks for.</summary>
    public required string Allows { get; init; }

    /// <summary>Whether somebody with the right to must accept the terms before the model is pulled or used.</summary>
    public bool NeedsAcceptance { get; init; }

    /// <summary>Where the terms can be read, or null.</summary>
    public string? TextUrl { get; init; }

    /// <summary>Names what was accepted: when the terms of an entry change, so does this, and they are asked for again. Twelve hex digits.</summary>
    [JsonIgnore]
    public string Version => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Id}\n{Allows}\n{TextUrl}")))[..12];
}
