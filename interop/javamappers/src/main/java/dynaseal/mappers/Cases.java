package dynaseal.mappers;

import com.amazonaws.services.dynamodbv2.datamodeling.ConversionSchema;
import com.amazonaws.services.dynamodbv2.datamodeling.ConversionSchemas;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Currency;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.joda.time.DateTime;
import org.joda.time.DateTimeZone;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkNumber;

/** All cases. */
final class Cases {
  private static final UUID FIRST = UUID.fromString("0190f3c2-7a1e-7c3d-9b8a-0123456789ab");
  private static final UUID SECOND = UUID.fromString("ffffffff-ffff-4fff-bfff-ffffffffffff");
  private static final Instant MILLIS = Instant.parse("2026-03-29T01:30:05.120Z");
  private static final Instant WHOLE = Instant.parse("2026-11-27T06:50:00Z");
  private static final Instant EARLY = Instant.parse("1969-12-31T23:59:59.999Z");

  private final Library mapper = new MapperLibrary(null);
  private final Library enhanced = new EnhancedLibrary(Clock.fixed(MILLIS, ZoneOffset.UTC));
  private final List<Case> cases = new ArrayList<>();

  private Cases() {}

  static List<Case> all() {
    Cases all = new Cases();
    all.mapperScalars();
    all.mapperTimes();
    all.mapperSets();
    all.mapperDocuments();
    all.mapperSchemas();
    all.mapperVersions();
    all.enhancedScalars();
    all.enhancedTimes();
    all.enhancedSets();
    all.enhancedDocuments();
    all.enhancedVersions();
    return all.cases;
  }

  /** A case whose bean is read as it was written. */
  private <T> void add(
      String name, Library library, String description, Supplier<T> bean, Consumer<T> set) {
    add(name, library, description, bean, set, unchanged -> {});
  }

  /** A case whose bean the library changes when it writes, as {@code change} does. */
  private <T> void add(
      String name,
      Library library,
      String description,
      Supplier<T> bean,
      Consumer<T> set,
      Consumer<T> change) {
    T written = bean.get();
    set.accept(written);
    T read = bean.get();
    set.andThen(change).accept(read);
    cases.add(new Case(name, library, description, written, read));
  }

  private void mapperScalars() {
    add("mapper/Scalars/typical", mapper, "ordinary values", MapperBeans.Scalars::new, b -> {
      b.setId("p-17");
      b.setText("Grüße, 世界");
      b.setLetter('ß');
      b.setFlag(true);
      b.setBoxedFlag(true);
      b.setNativeFlag(true);
      b.setTypedFlag(true);
      b.setYesNo(true);
      b.setTrueFalse(true);
      b.setTiny((byte) 7);
      b.setSmall((short) 1234);
      b.setNumber(42);
      b.setBoxedNumber(42);
      b.setBig(1_000_000_007L);
      b.setSingle(0.1f);
      b.setReal(0.1);
      b.setBigInteger(new BigInteger("12345678901234567890"));
      b.setBigDecimal(new BigDecimal("19.90"));
      b.setNumberAsText(42);
      b.setBytes(new byte[] {0, 1, (byte) 0xff});
      b.setBuffer(ByteBuffer.wrap(new byte[] {2, 3}));
      b.setUuid(FIRST);
      b.setSize(MapperBeans.Size.LARGE);
      b.setTypedSize(MapperBeans.Size.SMALL);
      b.setCurrency(Currency.getInstance("EUR"));
      b.setLocale(Locale.CANADA_FRENCH);
      b.setTimeZone(TimeZone.getTimeZone("Europe/Berlin"));
      b.setUri(URI.create("urn:isbn:0451450523"));
      b.setUrl(url("https://example.com/a?b=c#d"));
    });
    add("mapper/Scalars/limits", mapper, "limits of the types", MapperBeans.Scalars::new, b -> {
      b.setId("p-18");
      b.setText("");
      b.setLetter('\u0000');
      b.setBoxedFlag(false);
      b.setTypedFlag(false);
      b.setYesNo(false);
      b.setTrueFalse(false);
      b.setTiny(Byte.MIN_VALUE);
      b.setSmall(Short.MIN_VALUE);
      b.setNumber(Integer.MIN_VALUE);
      b.setBoxedNumber(0);
      b.setBig(Long.MIN_VALUE);
      b.setSingle(Float.MAX_VALUE);
      b.setReal(1e-100);
      b.setBigInteger(new BigInteger("-99999999999999999999999999999999999999"));
      b.setBigDecimal(new BigDecimal("1E+20"));
      b.setNumberAsText(-1);
      b.setBytes(new byte[0]);
      b.setBuffer(ByteBuffer.allocate(0));
      b.setUuid(SECOND);
      b.setLocale(Locale.forLanguageTag("zh-Hant-TW"));
      b.setTimeZone(TimeZone.getTimeZone("GMT+05:30"));
    }, b -> {
      b.setText(null);
      b.setLocale(Locale.TAIWAN);
    });
    add("mapper/Scalars/nulls", mapper, "nothing but the key", MapperBeans.Scalars::new,
        b -> b.setId("p-19"));
  }

  private void mapperTimes() {
    add("mapper/Times/millis", mapper, "a time with milliseconds", MapperBeans.Times::new,
        b -> mapperTime(b, MILLIS));
    add("mapper/Times/whole", mapper, "a whole second", MapperBeans.Times::new,
        b -> mapperTime(b, WHOLE));
    add("mapper/Times/early", mapper, "before 1970", MapperBeans.Times::new,
        b -> mapperTime(b, EARLY));
    add("mapper/Times/nulls", mapper, "nothing but the key", MapperBeans.Times::new,
        b -> b.setId("t-0"));
  }

  private static void mapperTime(MapperBeans.Times b, Instant at) {
    b.setId("t-" + at.toEpochMilli());
    b.setDate(Date.from(at));
    b.setCalendar(calendar(at));
    b.setDateTime(new DateTime(at.toEpochMilli(), DateTimeZone.UTC));
    b.setEpochDate(Date.from(at));
    b.setEpochCalendar(calendar(at));
    b.setStamp(Date.from(at));
    b.setStampInZone(Date.from(at));
    b.setPatterned(Date.from(at));
    b.setDateSet(set(Date.from(at), new Date(0)));
    b.setDateList(List.of(Date.from(at), new Date(0)));
  }

  private void mapperSets() {
    add("mapper/Sets/typical", mapper, "sets of every kind", MapperBeans.Sets::new, b -> {
      b.setId("s-1");
      b.setTexts(set("b", "a", "ü"));
      b.setNumbers(set(3, -1, 20));
      b.setDecimals(set(new BigDecimal("0.50"), new BigDecimal("1E+3")));
      b.setBytes(set(new byte[] {2}, new byte[] {1, (byte) 0xff}));
      b.setBuffers(set(ByteBuffer.wrap(new byte[] {9}), ByteBuffer.wrap(new byte[] {8, 7})));
      b.setFlags(set(true, false));
      b.setUuids(set(SECOND, FIRST));
    });
    add("mapper/Sets/nulls", mapper, "nothing but the key", MapperBeans.Sets::new,
        b -> b.setId("s-2"));
  }

  private void mapperDocuments() {
    add("mapper/Documents/typical", mapper, "ordinary values", MapperBeans.Documents::new, b -> {
      b.setId("d-1");
      b.setAddress(mapperAddress("Main St 1", "4b"));
      b.setAddressList(List.of(mapperAddress("Main St 2", null), mapperAddress("Main St 3", "5")));
      b.setAddressMap(map("home", mapperAddress("Main St 4", "1"),
          "work", mapperAddress("Main St 5", "2")));
      b.setTexts(List.of("x", "y", "x"));
      b.setMatrix(List.of(List.of(1, 2), List.of()));
      b.setTextMap(map("k", "v", "Ü", "w"));
      b.setSetMap(map("one", set("a"), "two", set("b", "c")));
      b.setFlagMap(map("yes", true, "no", false));
      b.setSpan(mapperSpan(1, 9));
      b.setJson(note());
      b.setDelimited(mapperSpan(3, 7));
    });
    add("mapper/Documents/hollow", mapper, "empty things, nulls within", MapperBeans.Documents::new, b -> {
      b.setId("d-2");
      b.setAddress(new MapperBeans.Address());
      b.setAddressList(List.of());
      b.setAddressMap(map());
      b.setTexts(Arrays.asList("x", null));
      b.setMatrix(List.of(List.of()));
      b.setTextMap(map("k", null));
      b.setSetMap(map());
      b.setFlagMap(map());
      b.setSpan(mapperSpan(1, null));
      b.setJson(new MapperBeans.Note());
      b.setDelimited(mapperSpan(3, null));
    });
    add("mapper/Documents/nulls", mapper, "nothing but the key", MapperBeans.Documents::new,
        b -> b.setId("d-3"));
  }

  private static MapperBeans.Address mapperAddress(String street, String unit) {
    var address = new MapperBeans.Address();
    address.setStreet(street);
    address.setUnit(unit);
    address.setVerified(true);
    address.setSince(Date.from(MILLIS));
    address.setLabels(set("b", "a"));
    return address;
  }

  private static MapperBeans.Span mapperSpan(Integer low, Integer high) {
    var span = new MapperBeans.Span();
    span.setLow(low);
    span.setHigh(high);
    return span;
  }

  private static MapperBeans.Note note() {
    var note = new MapperBeans.Note();
    note.setText("a \"b\"");
    note.setStars(4);
    note.setLabels(List.of("x", "y"));
    return note;
  }

  private void mapperSchemas() {
    Map<String, ConversionSchema> schemas =
        map("mapper-v1", ConversionSchemas.V1,
            "mapper-v2compatible", ConversionSchemas.V2_COMPATIBLE,
            "mapper-v2", ConversionSchemas.V2);
    schemas.forEach((prefix, schema) -> {
      Library library = new MapperLibrary(schema);
      String description = "conversion schema " + schema;
      add(prefix + "/Schemas/typical", library, description, MapperBeans.Schemas::new, b -> {
        b.setId("c-1");
        b.setFlag(true);
        b.setBoxedFlag(true);
        b.setFlagSet(set(true, false));
        b.setTextSet(set("b", "a"));
        b.setNumberSet(set(2, 1));
      });
      if (schema != ConversionSchemas.V1) {
        add(prefix + "/SchemaDocuments/typical", library, description, MapperBeans.SchemaDocuments::new, b -> {
          b.setId("c-2");
          b.setFlagList(List.of(true, false));
          b.setFlagMap(map("yes", true));
          b.setDocument(mapperAddress("Main St 1", "4b"));
        });
      }
    });
  }

  private void mapperVersions() {
    add("mapper/Versions/first", mapper, "the first write", MapperBeans.Versions::new,
        b -> mapperVersion(b, null), b -> b.setVersion(1L));
    add("mapper/Versions/next", mapper, "a later write", MapperBeans.Versions::new,
        b -> mapperVersion(b, 4L), b -> b.setVersion(5L));
  }

  private static void mapperVersion(MapperBeans.Versions b, Long version) {
    b.setId("v-1");
    b.setVersion(version);
    b.setText("x");
  }

  private void enhancedScalars() {
    add("enhanced/Scalars/typical", enhanced, "ordinary values", EnhancedBeans.Scalars::new, b -> {
      b.setId("p-17");
      b.setText("Grüße, 世界");
      b.setLetter('ß');
      b.setLetters("αβ".toCharArray());
      b.setBuilder(new StringBuilder("built"));
      b.setFlag(true);
      b.setBoxedFlag(true);
      b.setAtomicFlag(new AtomicBoolean(true));
      b.setTiny((byte) 7);
      b.setSmall((short) 1234);
      b.setNumber(42);
      b.setBoxedNumber(42);
      b.setOptionalNumber(OptionalInt.of(42));
      b.setAtomicNumber(new AtomicInteger(42));
      b.setBig(1_000_000_007L);
      b.setAtomicBig(new AtomicLong(1_000_000_007L));
      b.setSingle(0.1f);
      b.setReal(0.1);
      b.setBigInteger(new BigInteger("12345678901234567890"));
      b.setBigDecimal(new BigDecimal("19.90"));
      b.setSdkNumber(SdkNumber.fromString("19.90"));
      b.setBytes(new byte[] {0, 1, (byte) 0xff});
      b.setBuffer(ByteBuffer.wrap(new byte[] {2, 3}));
      b.setSdkBytes(SdkBytes.fromByteArray(new byte[] {4, 5}));
      b.setUuid(FIRST);
      b.setSize(EnhancedBeans.Size.LARGE);
      b.setSpokenState(EnhancedBeans.State.ON_HOLD);
      b.setLocale(Locale.CANADA_FRENCH);
      b.setUri(URI.create("urn:isbn:0451450523"));
      b.setUrl(url("https://example.com/a?b=c#d"));
    });
    add("enhanced/Scalars/limits", enhanced, "limits of the types", EnhancedBeans.Scalars::new, b -> {
      b.setId("p-18");
      b.setText("");
      b.setLetter('0');
      b.setLetters(new char[0]);
      b.setBuilder(new StringBuilder());
      b.setBoxedFlag(false);
      b.setAtomicFlag(new AtomicBoolean());
      b.setTiny(Byte.MIN_VALUE);
      b.setSmall(Short.MIN_VALUE);
      b.setNumber(Integer.MIN_VALUE);
      b.setBoxedNumber(0);
      b.setOptionalNumber(OptionalInt.empty());
      b.setAtomicNumber(new AtomicInteger());
      b.setBig(Long.MIN_VALUE);
      b.setAtomicBig(new AtomicLong(Long.MAX_VALUE));
      b.setSingle(Float.MAX_VALUE);
      b.setReal(1e-100);
      b.setBigInteger(new BigInteger("-99999999999999999999999999999999999999"));
      b.setBigDecimal(new BigDecimal("1E+20"));
      b.setSdkNumber(SdkNumber.fromString("-0.0"));
      b.setBytes(new byte[0]);
      b.setBuffer(ByteBuffer.allocate(0));
      b.setSdkBytes(SdkBytes.fromByteArray(new byte[0]));
      b.setUuid(SECOND);
      b.setLocale(Locale.forLanguageTag("zh-Hant-TW"));
    }, b -> b.setOptionalNumber(null));
    add("enhanced/Scalars/nulls", enhanced, "nothing but the key and primitives", EnhancedBeans.Scalars::new,
        b -> b.setId("p-19"));
  }

  private void enhancedTimes() {
    add("enhanced/Times/whole", enhanced, "a whole minute", EnhancedBeans.Times::new,
        b -> enhancedTime(b, WHOLE));
    add("enhanced/Times/seconds", enhanced, "a whole second", EnhancedBeans.Times::new,
        b -> enhancedTime(b, WHOLE.plusSeconds(13)));
    add("enhanced/Times/millis", enhanced, "a time with milliseconds", EnhancedBeans.Times::new,
        b -> enhancedTime(b, MILLIS));
    add("enhanced/Times/nanos", enhanced, "a time with nanoseconds", EnhancedBeans.Times::new,
        b -> enhancedTime(b, MILLIS.plusNanos(5)));
    add("enhanced/Times/early", enhanced, "before 1970", EnhancedBeans.Times::new,
        b -> enhancedTime(b, EARLY));
    add("enhanced/Times/nulls", enhanced, "nothing but the key", EnhancedBeans.Times::new,
        b -> b.setId("t-0"));
  }

  private static void enhancedTime(EnhancedBeans.Times b, Instant at) {
    LocalDateTime local = LocalDateTime.ofInstant(at, ZoneOffset.UTC);
    b.setId("t-" + at);
    b.setInstant(at);
    b.setOffsetDateTime(OffsetDateTime.ofInstant(at, ZoneOffset.ofHoursMinutes(5, 30)));
    b.setZonedDateTime(ZonedDateTime.ofInstant(at, ZoneId.of("Europe/Paris")));
    b.setLocalDateTime(local);
    b.setLocalDate(local.toLocalDate());
    b.setLocalTime(local.toLocalTime());
    b.setMonthDay(MonthDay.from(local));
    b.setDuration(Duration.between(Instant.EPOCH, at));
    b.setPeriod(Period.of(1, -2, 3));
    b.setZoneId(ZoneId.of("America/Argentina/Ushuaia"));
    b.setZoneOffset(ZoneOffset.ofHoursMinutes(-3, -30));
    b.setInstantSet(set(at, Instant.EPOCH));
    b.setInstantList(List.of(at, Instant.EPOCH));
    b.setInstantMap(map(at, "x"));
  }

  private void enhancedSets() {
    add("enhanced/Sets/typical", enhanced, "sets of every kind", EnhancedBeans.Sets::new, b -> {
      b.setId("s-1");
      b.setTexts(set("b", "a", "ü"));
      b.setNumbers(set(3, -1, 20));
      b.setDecimals(set(new BigDecimal("0.50"), new BigDecimal("1E+3")));
      b.setBytes(set(SdkBytes.fromByteArray(new byte[] {2}),
          SdkBytes.fromByteArray(new byte[] {1, (byte) 0xff})));
      b.setUuids(set(SECOND, FIRST));
      b.setSizes(set(EnhancedBeans.Size.SMALL, EnhancedBeans.Size.LARGE));
    });
    add("enhanced/Sets/nulls", enhanced, "nothing but the key", EnhancedBeans.Sets::new,
        b -> b.setId("s-2"));
  }

  private void enhancedDocuments() {
    add("enhanced/Documents/typical", enhanced, "ordinary values", EnhancedBeans.Documents::new, b -> {
      b.setId("d-1");
      b.setAddress(enhancedAddress("Main St 1", "4b"));
      b.setAddressIgnoringNulls(enhancedAddress("Main St 1", null));
      b.setPreservedSpan(enhancedSpan(1, null));
      b.setAddressList(List.of(enhancedAddress("Main St 2", null),
          enhancedAddress("Main St 3", "")));
      b.setAddressMap(map("home", enhancedAddress("Main St 4", "1"),
          "work", enhancedAddress("Main St 5", "2")));
      b.setTexts(List.of("x", "", "x"));
      b.setMatrix(List.of(List.of(1, 2), List.of()));
      b.setTextMap(map("k", "v", "Ü", ""));
      b.setNumberKeys(map(-1, "x", 20, "y"));
      b.setUuidKeys(map(FIRST, set("a"), SECOND, set("b", "c")));
      b.setFlagMap(map("yes", true, "no", false));
      b.setSpan(enhancedSpan(1, 9));
    });
    add("enhanced/Documents/hollow", enhanced, "empty things, nulls within", EnhancedBeans.Documents::new, b -> {
      b.setId("d-2");
      b.setAddress(new EnhancedBeans.Address());
      b.setAddressIgnoringNulls(new EnhancedBeans.Address());
      b.setPreservedSpan(new EnhancedBeans.Span());
      b.setAddressList(List.of());
      b.setAddressMap(map());
      b.setTexts(Arrays.asList("x", null));
      b.setMatrix(List.of(List.of()));
      b.setTextMap(map("k", null));
      b.setNumberKeys(map());
      b.setUuidKeys(map());
      b.setFlagMap(map());
      b.setSpan(enhancedSpan(1, null));
    });
    add("enhanced/Documents/nulls", enhanced, "nothing but the key", EnhancedBeans.Documents::new,
        b -> b.setId("d-3"));
  }

  private static EnhancedBeans.Address enhancedAddress(String street, String unit) {
    var address = new EnhancedBeans.Address();
    address.setStreet(street);
    address.setUnit(unit);
    address.setVerified(true);
    address.setSince(MILLIS);
    address.setLabels(set("b", "a"));
    return address;
  }

  private static EnhancedBeans.Span enhancedSpan(Integer low, Integer high) {
    var span = new EnhancedBeans.Span();
    span.setLow(low);
    span.setHigh(high);
    return span;
  }

  private void enhancedVersions() {
    add("enhanced/Versions/first", enhanced, "the first write", EnhancedBeans.Versions::new,
        b -> enhancedVersion(b, null, null), b -> enhancedVersion(b, 1L, MILLIS));
    add("enhanced/Versions/next", enhanced, "a later write", EnhancedBeans.Versions::new,
        b -> enhancedVersion(b, 4L, WHOLE), b -> enhancedVersion(b, 5L, MILLIS));
  }

  private static void enhancedVersion(EnhancedBeans.Versions b, Long version, Instant changed) {
    b.setId("v-1");
    b.setVersion(version);
    b.setChanged(changed);
  }

  private static URL url(String text) {
    try {
      return new URL(text);
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Calendar calendar(Instant at) {
    Calendar calendar = new GregorianCalendar(TimeZone.getTimeZone("UTC"));
    calendar.setTimeInMillis(at.toEpochMilli());
    return calendar;
  }

  /** In the order given, so that every run writes the same. */
  @SafeVarargs
  private static <T> Set<T> set(T... members) {
    return new LinkedHashSet<>(Arrays.asList(members));
  }

  private static <K, V> Map<K, V> map() {
    return new LinkedHashMap<>();
  }

  private static <K, V> Map<K, V> map(K key, V value) {
    Map<K, V> map = map();
    map.put(key, value);
    return map;
  }

  private static <K, V> Map<K, V> map(K key, V value, K secondKey, V secondValue) {
    Map<K, V> map = map(key, value);
    map.put(secondKey, secondValue);
    return map;
  }

  private static <K, V> Map<K, V> map(
      K key, V value, K secondKey, V secondValue, K thirdKey, V thirdValue) {
    Map<K, V> map = map(key, value, secondKey, secondValue);
    map.put(thirdKey, thirdValue);
    return map;
  }
}
