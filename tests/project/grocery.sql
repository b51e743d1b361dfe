-- The audiences of rules_examples/grocery/rules.seg once more, by hand, for DuckDB.
--
-- Each block selects the households of one audience from the tables of the package as they are.
-- Today is Sunday 2017-12-31. New York is 4 hours behind UTC from 2017-03-12 07:00 to 2017-11-05
-- 06:00 UTC and 5 hours before and after; of the hour that occurs twice the first one is meant.

-- tables
create macro local_of(utc) as
    utc - case when utc >= timestamp '2017-03-12 07:00' and utc < timestamp '2017-11-05 06:00'
               then interval 4 hours else interval 5 hours end;
create macro utc_of(wall) as
    wall + case when wall >= timestamp '2017-03-12 03:00' and wall < timestamp '2017-11-05 02:00'
              then interval 4 hours else interval 5 hours end;
create macro as_of() as timestamp '2018-01-01 04:59:59.999999';
-- sums are exact: dollars in whole millionths
create macro millionths(dollars) as floor(dollars * 1000000 + 0.5)::hugeint;

create table household as
    select household_id as id, age from 'demographics.parquet';
create table purchase as
    select t.household_id as id, t.transaction_timestamp as utc,
           local_of(t.transaction_timestamp) as wall, wall::date as day,
           t.product_id, t.basket_id as basket, t.store_id as store, t.quantity,
           t.sales_value as amount,
           millionths(t.sales_value) as paid, t.coupon_disc as coupon,
           p.department, p.product_category as category, p.brand, p.manufacturer_id as maker
    from 'transactions.parquet' t
    semi join household h on h.id = t.household_id
    left join 'products.parquet' p on p.product_id = t.product_id;
create table mailing as
    select m.household_id as id, campaign_id, campaign_type, start_date::date as starts
    from 'campaigns.parquet' m join 'campaign_descriptions.parquet' using (campaign_id)
    semi join household h on h.id = m.household_id;
create table redemption as
    select r.household_id as id, redemption_date::date as day, campaign_id, campaign_type
    from 'coupon_redemptions.parquet' r join 'campaign_descriptions.parquet' using (campaign_id)
    semi join household h on h.id = r.household_id;

-- a household's year; a sum over nothing is 0
create table year as
    select h.id, h.age,
           date '2017-12-31' - max(p.day) as recency,
           count(distinct p.basket) as trips,
           coalesce(sum(p.paid), 0)::double / 1000000 as spend,
           coalesce(sum(millionths(p.coupon)), 0)::double / 1000000 as saved
    from household h left join purchase p on p.id = h.id and p.day > '2016-12-31'
    group by all;
create table fifths as
    select id,
           case when recency is not null
                then ntile(5) over (partition by recency is null order by recency, id) end as r,
           ntile(5) over (order by trips, id) as f,
           ntile(5) over (order by spend, id) as m
    from year;

-- loyal
select id from purchase where day >= '2017-07-01' group by id
having count(distinct day) >= 36 and max(day) >= '2017-12-18'

-- lapsing
select id from household
where (select count(distinct day) from purchase p
       where p.id = household.id and day between '2017-07-04' and '2017-11-05') >= 8
  and (select count(distinct day) from purchase p
       where p.id = household.id and day >= '2017-11-06') <= 1

-- lost
select id from purchase group by id
having count(distinct day) >= 5 and max(day) < '2017-11-02'

-- returned
with trip as (select distinct id, utc, wall from purchase),
     pause as (select *, lead(utc) over (partition by id order by utc) as following,
                      utc_of(wall + interval 42 days) as deadline from trip)
select id from pause where deadline <= as_of() and (following is null or following > deadline)
intersect
select id from purchase where day >= '2017-12-04'

-- fading
select h.id from household h left join purchase p on p.id = h.id group by h.id
having coalesce(sum(paid) filter (day >= '2017-10-01'), 0)::double / 1000000
       < 0.5 * (coalesce(sum(paid) filter (day between '2017-07-01' and '2017-09-30'), 0)::double
                / 1000000)

-- occasional
select h.id from household h left join purchase p on p.id = h.id and p.day >= '2017-07-01'
group by h.id having count(distinct p.day) <= 12

-- baby
select id from purchase
where day >= '2017-07-01'
  and category in ('BABY FOODS', 'BABYFOOD', 'BABY HBC', 'DIAPERS & DISPOSABLES',
                   'INFANT FORMULA', 'INFANT CARE PRODUCTS')
group by id having count(distinct day) >= 3

-- new_baby
select id from purchase where category = 'DIAPERS & DISPOSABLES' group by id
having min(day) >= '2017-10-03' and count(distinct day) >= 2

-- dogs
select id from purchase where category = 'DOG FOODS' and day >= '2017-07-01'
group by id having count(distinct day) >= 3

-- cats
select id from purchase where day >= '2017-07-01' group by id
having count(distinct day) filter (category = 'CAT FOOD') >= 3
    or count(distinct day) filter (category = 'CAT LITTER') >= 2

-- pets
select id from purchase where day >= '2017-07-01' group by id
having count(distinct day) filter (category = 'DOG FOODS') >= 3
    or count(distinct day) filter (category = 'CAT FOOD') >= 3
    or count(distinct day) filter (category = 'CAT LITTER') >= 2

-- no_meat
select id from year where trips >= 12
except
select id from purchase
where department in ('MEAT', 'MEAT-PCKGD', 'SEAFOOD', 'SEAFOOD-PCKGD') and day > '2016-12-31'
group by id having count(distinct day) > 3

-- coffee_lovers
select id from purchase where category = 'COFFEE' and day > '2016-12-31' group by id
having sum(millionths(amount / nullif(quantity, 0)))::double
       / (count(amount / nullif(quantity, 0)) * 1000000.0) >= 6
   and count(distinct day) filter (day >= '2017-07-01') >= 2

-- turkey
select distinct id from purchase
where category = 'TURKEY' and day between '2017-11-09' and '2017-11-23'

-- christmas
select id from purchase where category[1:9] = 'CHRISTMAS' and day >= '2017-11-24'
group by id having count(*) >= 2

-- own_label
select id from purchase where day > '2016-12-31' group by id
having (coalesce(sum(paid) filter (brand = 'Private'), 0)::double / 1000000)
       / nullif(sum(paid)::double / 1000000, 0) >= 0.4

-- cola_switchers
with sip as (select distinct id, utc, wall, maker from purchase
             where category = 'SOFT DRINKS' and maker in (103, 1208))
select distinct old.id
from sip old
join sip new on new.id = old.id and new.maker <> old.maker
            and new.utc > old.utc and new.utc <= utc_of(old.wall + interval 30 days)
where utc_of(new.wall + interval 90 days) <= as_of()
  and not exists (from sip again
                  where again.id = old.id and again.maker = old.maker and again.utc > new.utc
                    and again.utc <= utc_of(new.wall + interval 90 days))

-- cereal_explorers
select id from purchase where category = 'COLD CEREAL' and day > '2016-12-31'
group by id having count(distinct maker) >= 5

-- traded_down
with staple as (select distinct id, utc, wall, day, brand, category from purchase
                where category in ('COFFEE', 'COLD CEREAL', 'BATH TISSUES',
                                   'LAUNDRY DETERGENTS', 'PAPER TOWELS'))
select distinct dear.id
from staple dear
join staple own on own.id = dear.id and own.category = dear.category and own.brand = 'Private'
               and own.utc > dear.utc and own.utc <= utc_of(dear.wall + interval 30 days)
where dear.brand = 'National' and dear.day >= '2017-07-01'
  and utc_of(own.wall + interval 60 days) <= as_of()
  and not exists (from staple back
                  where back.id = own.id and back.category = own.category
                    and back.brand = 'National' and back.utc > own.utc
                    and back.utc <= utc_of(own.wall + interval 60 days))

-- own_milk
select id from (
    select id, brand, row_number() over (partition by id order by utc desc, brand) as place
    from purchase where category = 'FLUID MILK PRODUCTS' and brand is not null)
where place = 1 and brand = 'Private'

-- big_baskets
select id from year where trips >= 6 and spend / trips >= 60

-- bulk
select id from purchase
where department = 'GROCERY' and (quantity >= 6 or amount >= 20) and day > '2016-12-31'
group by id having count(*) >= 10

-- weekend_shoppers
select id from purchase where day > '2016-12-31' group by id
having count(distinct basket) >= 12
   and count(distinct basket) filter (isodow(day) in (6, 7)) / count(distinct basket) >= 0.6

-- night_owls
select id from purchase
where (hour(wall) >= 22 or hour(wall) < 5) and day > '2016-12-31'
group by id having count(distinct day) >= 10

-- one_store
select id from purchase where day > '2016-12-31' group by id
having count(distinct basket) >= 12 and count(distinct store) = 1

-- moved
with visits as (select id, quarter(day) as q, store, count(*) as n from purchase
                where day between '2017-07-01' and '2017-12-31' group by all),
     favourite as (select *, row_number() over (partition by id, q order by n desc, store) as place
                   from visits)
select f.id from favourite f join favourite s on s.id = f.id
where f.q = 4 and s.q = 3 and f.place = 1 and s.place = 1 and f.store <> s.store

-- last_minute
select distinct id from purchase where utc > as_of() - interval 36 hours

-- coupon_lovers
select id from redemption where day > '2016-12-31' group by id having count(*) >= 5
union
select id from (select id, row_number() over (order by saved desc, id) as place from year)
where place <= (select count(*) * 5 // 100 from year)

-- mailed_in_vain
select id from mailing where starts > '2017-06-30' and starts <= '2017-12-31'
except
select id from redemption where day > '2017-06-30'

-- deaf_to_mail
select id from mailing group by id having count(*) >= 5
except
select id from redemption

-- one_good_campaign
select id from mailing where campaign_id = 18
intersect
select id from redemption where campaign_id = 18 group by id having count(*) between 2 and 5

-- bought_again
select distinct r.id from redemption r join purchase p on p.id = r.id
where r.day > '2017-09-30' and p.day > r.day and p.day <= r.day + 7

-- only_for_the_coupon
select distinct id from redemption r
where campaign_type = 'Type A' and day + 14 <= '2017-12-31'
  and not exists (from purchase p
                  where p.id = r.id and p.day > r.day and p.day <= r.day + 14)

-- converted
with start as (select id, min(day) as first from redemption group by id)
select id from start join purchase using (id)
where coupon > 0 and purchase.day >= first and purchase.day <= first + 30
group by id having count(*) >= 5

-- fresh_coupon
select id from redemption group by id having max(day) >= '2017-12-01'

-- top_of_age
select id from (
    select id, row_number() over (partition by age order by spend desc, id) as place,
           count(*) over (partition by age) as n
    from year where age is not null)
where place <= n * 10 // 100

-- champions
select id from fifths where r = 1 and f = 5 and m = 5

-- faithful
select id from fifths where r <= 3 and f >= 4

-- promising
select id from fifths where r <= 2 and f < 4

-- at_risk
select id from fifths where not coalesce(r <= 3, false) and m >= 3

-- rfm.champions
select id from fifths where r = 1 and f = 5 and m = 5

-- rfm.faithful
select id from fifths where r <= 3 and f >= 4 and not (r = 1 and f = 5 and m = 5)

-- rfm.promising
select id from fifths where r <= 2 and f < 4

-- rfm.at_risk
select id from fifths where r > 3 and m >= 3

-- rfm.others
select id from fifths where (r = 3 and f < 4) or (r > 3 and m < 3)

-- winter.control
with lapsing as (from :lapsing:)
select id from lapsing where ('0x' || md5('winter-2018:' || id)[1:8])::ubigint < 858993460

-- winter.coupon
with lapsing as (from :lapsing:)
select id from lapsing
where ('0x' || md5('winter-2018:' || id)[1:8])::ubigint between 858993460 and 2576980377

-- winter.call
with lapsing as (from :lapsing:)
select id from lapsing where ('0x' || md5('winter-2018:' || id)[1:8])::ubigint > 2576980377
