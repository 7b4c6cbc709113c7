using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Framevet.Data.Stores;
using Framevet.Web.Hosting;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Framevet.Web.Identity;

/// <summary>
/// The keys of cookies, links and sealed secrets in the database, for nodes without a common folder. They are sealed with what only the configuration of the nodes says, since a copy of the database must not
/// be enough to sign in as anybody. Keys that lie in the data folder are taken over, so nobody is signed out. Thread-safe.
/// </summary>
internal sealed class ServerKeys : IXmlRepository
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private static readonly byte[] Purpose = "Framevet.ServerKeys.v1"u8.ToArray();

    private readonly ServerKeyStore _store;
    private readonly byte[] _key;
    private readonly Lazy<bool> _isTakenOver;

    /// <param name="store">The database.</param>
    /// <param name="secret">What all nodes know, 32 characters or more.</param>
    /// <param name="folder">Where keys lay before.</param>
    public ServerKeys(ServerKeyStore store, string secret, string folder)
    {
        _store = store;
        _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, info: Purpose);
        _isTakenOver = new(() => TakeOver(folder));
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        _ = _isTakenOver.Value;
        return [.. _store.All().Select(k => XElement.Parse(Open(k.Name, k.Sealed)))];
    }

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName) => _store.Add(friendlyName, Seal(friendlyName, element.ToString(SaveOptions.DisableFormatting)));

    /// <summary>At start: of nodes that start together one makes the first key, and the others find it.</summary>
    /// <exception cref="ConfigurationException">The keys were sealed with another secret.</exception>
    public Task PrepareAsync(IKeyManager keys, TimeSpan lifetime, TimeProvider clock, CancellationToken ct) => _store.AloneAsync(
        () =>
        {
            if (GetAllElements().Count == 0)
            {
                var now = clock.GetUtcNow();
                keys.CreateNewKey(now, now + lifetime);
            }
        },
        ct);

    private bool TakeOver(string folder)
    {
        if (Directory.Exists(folder))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*.xml").Order(StringComparer.Ordinal))
            {
                StoreElement(XElement.Load(file), Path.GetFileNameWithoutExtension(file));
            }
        }

        return true;
    }

    private string Seal(string name, string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var whole = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(whole.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(whole.AsSpan(0, NonceBytes), plain, whole.AsSpan(NonceBytes + TagBytes), whole.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(name));
        return Convert.ToBase64String(whole);
    }

    private string Open(string name, string sealedText)
    {
        try
        {
            var whole = Convert.FromBase64String(sealedText);
            var plain = new byte[Math.Max(0, whole.Length - NonceBytes - TagBytes)];
            using var aes = new AesGcm(_key, TagBytes);
            aes.Decrypt(whole.AsSpan(0, NonceBytes), whole.AsSpan(NonceBytes + TagBytes), whole.AsSpan(NonceBytes, TagBytes), plain, Encoding.UTF8.GetBytes(name));
            return Encoding.UTF8.GetString(plain);
        }
        catch (Exception trouble) when (trouble is CryptographicException or FormatException or ArgumentException)
        {
            throw new ConfigurationException($"Framevet:KeySecret does not open the key {name} in the database: it was sealed with another secret, or damaged. Give all nodes the secret that was there before.");
        }
    }
}
